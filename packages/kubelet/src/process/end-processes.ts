import { setTimeout as pause } from "node:timers/promises";
import { signalQuietly } from "../sandbox/inside/process-tree.ts";
import { membersOf, type ProcessSet, processTable } from "./process-table.ts";

/** Between a look at what is left and the next: those that were killed take a moment to go. */
const LOOK_EVERY_MS = 25;
const MOST_LOOKS = 200;

/** Kill a set of processes, and what they start meanwhile. @returns how many would not go */
export async function endProcesses(set: ProcessSet): Promise<number> {
  let left: readonly number[] = [];
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    left = membersOf(set, processTable());
    if (left.length === 0) return 0;
    for (const pid of left) signalQuietly(pid, "SIGKILL");
    await pause(LOOK_EVERY_MS);
  }
  return left.length;
}
