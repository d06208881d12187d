import { readdirSync, readFileSync } from "node:fs";

/** Kill a process and everything that descends from it. */
export function killTree(pid: number | undefined): void {
  if (pid === undefined) return;
  for (const each of [...descendantsOf(pid), pid]) signalQuietly(each, "SIGKILL");
}

/** Signal a process that may have ended already. */
export function signalQuietly(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone, which is what a signal is for.
  }
}

/** The processes that this one has started and that still run. The kernel lists them with each of its threads. */
export function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

function descendantsOf(pid: number): readonly number[] {
  return childrenOf(pid).flatMap((child) => [...descendantsOf(child), child]);
}
