import { rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config.ts";
import type { Laptop } from "./laptop.ts";

/** What a laptop serves besides Kubernetes. */
export type Facade = "api" | "scaler";

/** Leave a note in the state folder, for as long as the laptop runs: another may have the usual ports, and other tokens. */
export async function noteAddress(
  laptop: Pick<Laptop, "folder" | "onStop">,
  facade: Facade,
  url: string,
): Promise<void> {
  const file = noteOf(laptop.folder, facade);
  await writeFile(file, url);
  laptop.onStop(() => rmSync(file, { force: true }));
}

/** Where this laptop serves it; `undefined` when it does not run. */
export function notedAddress(
  { stateFolder }: Pick<Config, "stateFolder">,
  facade: Facade,
): Promise<string | undefined> {
  return readFile(noteOf(stateFolder, facade), "utf8").catch(() => undefined);
}

function noteOf(folder: string, facade: Facade): string {
  return join(folder, `${facade}.url`);
}
