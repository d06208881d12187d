import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";

/** Of the clock that /proc counts CPU in. */
const TICK_MS = 10;

/** CPU time that a process has used so far, user and system, in milliseconds (in steps of ten). */
export function cpuMsOf({ pid }: Pick<ChildProcess, "pid">): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Memory that a process holds at this moment (RSS), in MiB. */
export function residentMibOf({ pid }: Pick<ChildProcess, "pid">): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}
