import { readlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { childrenOf } from "./process-tree.ts";
import { run } from "./run.ts";

/** The same command on a terminal: script(1) makes one and stands between it and the pipes. */
export function onTerminal(argv: readonly string[]): readonly string[] {
  const command = `exec ${argv.map(shellWord).join(" ")}`;
  return ["script", "--quiet", "--return", "--flush", "--echo", "always", "--command", command, "/dev/null"];
}

/** Tell the terminal that a {@link onTerminal} process has made how large it is; the kernel tells who runs on it. */
export async function resizeTerminal(pid: number | undefined, columns: number, rows: number): Promise<void> {
  const terminal = pid === undefined ? undefined : await terminalOf(pid);
  if (terminal === undefined) return;
  await run("stty", ["-F", terminal, "columns", String(columns), "rows", String(rows)]);
}

const LOOKS = 50;
const LOOK_EVERY_MS = 20;

/** The first size may arrive before the terminal is there. */
async function terminalOf(pid: number): Promise<string | undefined> {
  for (let looks = 0; looks < LOOKS; looks += 1) {
    const [inner] = childrenOf(pid);
    const input = await readlink(`/proc/${inner}/fd/0`).catch(() => "");
    if (input.startsWith("/dev/pts/")) return input;
    await sleep(LOOK_EVERY_MS);
  }
  return undefined;
}

function shellWord(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
