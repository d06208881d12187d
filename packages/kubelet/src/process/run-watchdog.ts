import { rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { endProcesses } from "./end-processes.ts";
import type { WatchdogSettings } from "./watchdog.ts";

/*
 * The program of the watchdog. Its input says what runs; when that ends, because heliostat closes it or is no more,
 * everything that heliostat has started ends, and its folder goes.
 */
const sessions = new Set<number>();
let settings: WatchdogSettings | undefined;

for await (const line of createInterface(process.stdin)) {
  if (!settings) settings = JSON.parse(line) as WatchdogSettings;
  else if (line.startsWith("+")) sessions.add(Number(line.slice(1)));
  else sessions.delete(Number(line.slice(1)));
}

if (settings) {
  await endProcesses({ tag: settings.tag, sessions });
  await rm(settings.folder, { recursive: true, force: true, maxRetries: 5 });
}
