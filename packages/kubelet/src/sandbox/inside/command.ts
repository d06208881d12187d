import { type ChildProcess, spawn } from "node:child_process";
import { constants as system } from "node:os";
import type { Readable, Writable } from "node:stream";
import type { Ending } from "../wire/messages.ts";
import { outputPipes } from "./output-pipes.ts";
import { killTree } from "./process-tree.ts";
import { onTerminal, resizeTerminal } from "./terminal.ts";

/** A program that was started for a pod: the first one of a container, or one more inside it. */
export interface Command {
  /** Of the program's first process, as whoever started it knows it. */
  readonly pid: number;
  readonly stdout: Readable;
  /** Stays silent with a terminal: that has one output only. */
  readonly stderr: Readable;
  readonly stdin?: Writable;
  readonly ending: Promise<Ending>;
  /** Wait until the report matches. @returns `undefined` when the program ended before */
  report(pattern: RegExp): Promise<RegExpExecArray | undefined>;
  /** What was reported so far. */
  reported(): string;
  resize(columns: number, rows: number): Promise<void>;
  /** Kill the program and everything it has started that is still its own. */
  kill(): void;
}

export interface CommandOptions {
  readonly hasStdin: boolean;
  readonly isTty: boolean;
  /** Where named pipes may be made for a moment. */
  readonly folder: string;
  /** Whether the program gets descriptor 3 to report how its set-up goes. @default false */
  readonly reports?: boolean;
  /** @default as whoever starts it */
  readonly workingDir?: string;
  /** Complete. @default as whoever starts it */
  readonly env?: Readonly<Record<string, string>>;
}

/** Start a program in a session of its own. @throws Error when there is no such program on the machine */
export async function startCommand(argv: readonly string[], options: CommandOptions): Promise<Command> {
  const { hasStdin, isTty, folder, reports = false, workingDir, env } = options;
  const pipes = await outputPipes(folder);
  const [program = "", ...args] = isTty ? onTerminal(argv) : argv;
  const [stdin, third] = [hasStdin, reports].map((isWanted) => (isWanted ? "pipe" : "ignore"));
  const place = { ...(workingDir !== undefined && { cwd: workingDir }), ...(env && { env }) };
  const child = spawn(program, args, { stdio: [stdin, ...pipes.ends, third], detached: true, ...place });
  pipes.closeEnds();
  child.stdin?.on("error", ignoreBrokenPipe);
  const report = new Report(child.stdio[3] as Readable | null | undefined);
  const ending = endingOf(child, report);
  const pid = await spawned(child, program);
  return {
    pid,
    stdout: pipes.stdout,
    stderr: pipes.stderr,
    ...(child.stdin ? { stdin: child.stdin } : {}),
    ending,
    report: (pattern) => report.matches(pattern),
    reported: () => report.text,
    resize: (columns, rows) => resizeTerminal(child.pid, columns, rows),
    kill: () => killTree(child.pid),
  };
}

function spawned(child: ChildProcess, program: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on("spawn", () => resolve(child.pid ?? 0));
    child.on("error", (cause) => reject(new Error(`Cannot run "${program}": ${cause.message}`, { cause })));
  });
}

/** What arrives on descriptor 3. */
class Report {
  readonly ended: Promise<void>;
  readonly #source: Readable | null | undefined;
  #text = "";

  constructor(source: Readable | null | undefined) {
    this.#source = source;
    source?.on("data", (chunk) => {
      this.#text += String(chunk);
    });
    this.ended = new Promise((resolve) => (source ? source.on("close", resolve) : resolve()));
  }

  get text(): string {
    return this.#text;
  }

  matches(pattern: RegExp): Promise<RegExpExecArray | undefined> {
    return new Promise((resolve) => {
      const look = () => {
        const match = pattern.exec(this.#text);
        if (match) resolve(match);
      };
      look();
      this.#source?.on("data", look);
      void this.ended.then(() => resolve(undefined));
    });
  }
}

async function endingOf(child: ChildProcess, report: Report): Promise<Ending> {
  const ending = await new Promise<Ending>((resolve) => {
    child.on("error", () => resolve({ exitCode: CANNOT_START }));
    child.on("exit", (code, name) => {
      const signal = name === null ? undefined : system.signals[name];
      resolve(signal === undefined ? { exitCode: code ?? CANNOT_START } : endingBy(signal));
    });
  });
  await report.ended;
  return CANNOT_PASS_ON_SIGKILL.test(report.text) ? endingBy(system.signals.SIGKILL) : ending;
}

/** What a shell says of a command that it cannot run. */
const CANNOT_START = 126;

/** unshare(1) ends by the signal that ended its child, except that releases before 2.39 stumble over SIGKILL. */
const CANNOT_PASS_ON_SIGKILL = /^unshare: sigprocmask/m;

function endingBy(signal: number): Ending {
  return { exitCode: 128 + signal, signal };
}

function ignoreBrokenPipe(): void {}
