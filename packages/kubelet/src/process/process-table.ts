import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** A process of this machine, as far as it can be seen. */
export interface ProcessEntry {
  readonly pid: number;
  /** The leader of its session; of its process group where sessions cannot be seen. */
  readonly session: number;
  /** Holds its environment, if that is ours to read. */
  readonly text: string;
}

/** Which processes are meant. */
export interface ProcessSet {
  /** As {@link tagVariable} makes it: those that were started with it or with a longer one. */
  readonly tag: string;
  /** Those that belong to these sessions, which includes all that have overwritten their environment. */
  readonly sessions: Iterable<number>;
}

const VARIABLE = "HELIOSTAT_TAG";

/** The variable that everything of a tag is started with. A tag ends with a slash; a longer one is part of it. */
export function tagVariable(tag: string): Readonly<Record<string, string>> {
  return { [VARIABLE]: tag };
}

/**
 * Which of these processes are in the set. Neither sign is enough: Ray's agents overwrite their environment, and the
 * drivers of its jobs begin a session.
 */
export function membersOf({ tag, sessions }: ProcessSet, table: readonly ProcessEntry[]): readonly number[] {
  const wanted = new Set(sessions);
  const members = table.filter(
    ({ session, text }) => wanted.has(session) || text.includes(`${VARIABLE}=${tag}`),
  );
  return members.map(({ pid }) => pid);
}

/** What runs now, but for this process and those that have ended and are only waited for. */
export function processTable(): readonly ProcessEntry[] {
  const table = process.platform === "linux" ? fromProc() : fromPs();
  return table.filter(({ pid }) => pid !== process.pid);
}

function fromProc(): readonly ProcessEntry[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const stat = contentOf(`/proc/${pid}/stat`);
    const [state, , , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === undefined || state === "" || state === "Z") return [];
    return [{ pid: Number(pid), session: Number(session), text: contentOf(`/proc/${pid}/environ`) }];
  });
}

/** Others' environments cannot be read, and processes end while one looks. */
function contentOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

/** BSD's ps shows the environment after the command. */
function fromPs(): readonly ProcessEntry[] {
  const lines = execFileSync("ps", ["-AwwE", "-o", "pid=,pgid=,stat=,command="], {
    encoding: "latin1",
    maxBuffer: 64 * 1024 * 1024,
  }).split("\n");
  return lines.flatMap((line) => {
    const [, pid, group, state, text = ""] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined || state?.startsWith("Z")) return [];
    return [{ pid: Number(pid), session: Number(group), text }];
  });
}
