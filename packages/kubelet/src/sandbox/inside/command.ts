import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, constants, openSync, readdirSync, readFileSync, readlinkSync, unlinkSync } from "node:fs";
import { Socket } from "node:net";
import { constants as system } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import type { Ending } from "../wire/messages.ts";
import { run } from "./run.ts";

/** A program that was started for a pod: the first one of a container, or one more inside it. */
export interface Command {
  readonly stdout: Readable;
  /** Absent with a terminal: that has one output only. */
  readonly stderr?: Readable;
  readonly stdin?: Writable;
  /** What the program's set-up has to say, as long as it lasts, when {@link CommandOptions.reports}. */
  readonly report?: Readable;
  readonly ending: Promise<Ending>;
  resize(columns: number, rows: number): Promise<void>;
  /** Kill the program and everything it has started that is still its own. */
  kill(): void;
}

export interface CommandOptions {
  readonly hasStdin: boolean;
  readonly isTty: boolean;
  /** Where named pipes may be made for a moment. */
  readonly folder: string;
  /** Whether the program gets descriptor 3 to say how its set-up went. @default false */
  readonly reports?: boolean;
}

/**
 * Start a program in a session of its own. Its output goes into real pipes, since programs that open /dev/stdout
 * cannot open the sockets that Node would give them.
 */
export async function startCommand(argv: readonly string[], options: CommandOptions): Promise<Command> {
  const { hasStdin, isTty, folder, reports = false } = options;
  const [stdout, stderr] = await outputPipes(folder);
  const [program = "", ...args] = isTty ? onTerminal(argv) : argv;
  const [stdin, report] = [hasStdin, reports].map((isWanted) => (isWanted ? "pipe" : "ignore"));
  const child = spawn(program, args, { stdio: [stdin, stdout.end, stderr.end, report], detached: true });
  closeSync(stdout.end);
  closeSync(stderr.end);
  child.stdin?.on("error", ignoreBrokenPipe);
  return {
    stdout: stdout.source,
    stderr: stderr.source,
    ...(reports ? { report: child.stdio[3] as Readable } : {}),
    ...(child.stdin ? { stdin: child.stdin } : {}),
    ending: endingOf(child),
    resize: (columns, rows) => resizeTerminal(child, columns, rows),
    kill: () => killTree(child),
  };
}

interface OutputPipe {
  readonly source: Readable;
  /** Descriptor of the end to write into. */
  readonly end: number;
}

let pipesMade = 0;

async function outputPipes(folder: string): Promise<readonly [OutputPipe, OutputPipe]> {
  pipesMade += 1;
  const names = ["out", "err"].map((name) => join(folder, `${name}-${pipesMade}`));
  await run("mkfifo", names);
  const [stdout, stderr] = names.map(openPipe);
  if (!(stdout && stderr)) throw new Error("Cannot happen: two names make two pipes");
  return [stdout, stderr];
}

function openPipe(path: string): OutputPipe {
  const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const end = openSync(path, constants.O_WRONLY);
  unlinkSync(path);
  return { source: new Socket({ fd: readEnd, readable: true, writable: false }), end };
}

/** script(1) makes a terminal and stands between it and the pipes. */
function onTerminal(argv: readonly string[]): readonly string[] {
  const command = `exec ${argv.map(shellWord).join(" ")}`;
  return ["script", "--quiet", "--return", "--flush", "--echo", "always", "--command", command, "/dev/null"];
}

function shellWord(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function endingOf(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.on("error", () => resolve({ exitCode: CANNOT_START }));
    child.on("exit", (code, name) => {
      const signal = name === null ? undefined : system.signals[name];
      resolve(signal === undefined ? { exitCode: code ?? CANNOT_START } : { exitCode: 128 + signal, signal });
    });
  });
}

/** What a shell says of a command that it cannot run. */
const CANNOT_START = 126;

/** The terminal is known by the process that script(1) has started on it. */
async function resizeTerminal({ pid }: ChildProcess, columns: number, rows: number): Promise<void> {
  const [inner] = childrenOf(pid);
  if (inner === undefined) return;
  const terminal = readlinkSync(`/proc/${inner}/fd/0`);
  await run("stty", ["-F", terminal, "columns", String(columns), "rows", String(rows)]);
}

function killTree({ pid }: ChildProcess): void {
  for (const each of [...descendantsOf(pid), pid]) {
    if (each !== undefined) killQuietly(each);
  }
}

function descendantsOf(pid: number | undefined): readonly number[] {
  return childrenOf(pid).flatMap((child) => [...descendantsOf(child), child]);
}

/** The kernel lists a process's children with each of its threads. */
function childrenOf(pid: number | undefined): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8")
        .trim()
        .split(" ")
        .filter(Boolean)
        .map(Number),
    );
  } catch {
    return [];
  }
}

/** Signal a process that may have ended already. */
export function killQuietly(pid: number, signal: NodeJS.Signals = "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone, which is what a signal is for.
  }
}

function ignoreBrokenPipe(): void {}
