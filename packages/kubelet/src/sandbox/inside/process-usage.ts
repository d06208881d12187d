import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** What some processes have used, as the kernel accounts for it. */
export interface ProcessUsage {
  /** CPU time since they started, with that of the children whose end they have seen. */
  readonly cpuMs: number;
  /** The sum of their proportional set sizes: memory that several share counts once. */
  readonly memoryBytes: number;
}

/** What all processes that can be seen use, by the process namespace that they are in. */
export function usageByNamespace(): ReadonlyMap<string, ProcessUsage> {
  const members = new Map<string, number[]>();
  for (const pid of visibleProcesses()) {
    const namespace = processNamespace(pid);
    members.set(namespace, [...(members.get(namespace) ?? []), pid]);
  }
  return new Map([...members].map(([namespace, pids]) => [namespace, usageOf(pids)]));
}

/** Names the process namespace of a process: equal for two exactly when they share it. Empty when it has ended. */
export function processNamespace(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return "";
  }
}

/** Those that have ended meanwhile count nothing. */
export function usageOf(pids: readonly number[]): ProcessUsage {
  return {
    cpuMs: sum(pids.map(cpuMsOf)),
    memoryBytes: sum(pids.map(memoryBytesOf)),
  };
}

/** What the kernel counts CPU time in, on every architecture that Node runs on: 1/100 s (sysconf CLK_TCK). */
const TICK_MS = 10;
/** Of /proc/PID/stat, counted from the state: utime, stime, cutime, cstime. */
const FIRST_TIME = 11;
const LAST_TIME = 14;

function cpuMsOf(pid: number): number {
  const stat = contentOf(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return sum(fields.slice(FIRST_TIME, LAST_TIME + 1).map(Number)) * TICK_MS;
}

function memoryBytesOf(pid: number): number {
  const [, kibibytes = "0"] = /^Pss:\s+(\d+) kB$/m.exec(contentOf(`/proc/${pid}/smaps_rollup`)) ?? [];
  return Number(kibibytes) * 1024;
}

function visibleProcesses(): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
