import { writeFile } from "node:fs/promises";
import { PassThrough, type Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { type ExecOptions, type ExecSession, KubeError } from "@heliostat/kube";
import type {
  ContainerExit,
  ContainerUsage,
  OutputChunk,
  RunningContainer,
} from "../runtime/container-runtime.ts";
import { type Command, startCommand } from "../sandbox/inside/command.ts";
import { signalQuietly } from "../sandbox/inside/process-tree.ts";
import { usageOf } from "../sandbox/inside/process-usage.ts";
import { pushTo } from "../sandbox/outside/remote-command.ts";
import { chunksOf } from "../sandbox/wire/frames.ts";
import { endProcesses } from "./end-processes.ts";
import { membersOf, type ProcessEntry } from "./process-table.ts";
import type { Watchdog } from "./watchdog.ts";

/** What is to run, with everything already put where it is on this machine. */
export interface ProcessPlan {
  /** The container's name. */
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
  readonly keepsStdin: boolean;
  /** What all its processes are started with, and no others. */
  readonly tag: string;
  /** Where its number is kept, for `ray stop`. */
  readonly pidFile: string;
  /** Where named pipes may be made for a moment. */
  readonly folder: string;
  /** What its log begins with. */
  readonly notes: readonly string[];
  /** How what is run in it later has to be put. */
  readonly localized: (text: string) => string;
}

/** How many pieces of unread output are kept before the container has to wait. */
const MOST_UNREAD_CHUNKS = 1024;
/** How long the last output may take once nothing of the container is left. */
const LAST_OUTPUT_MS = 1000;

/** A container that is a session of plain processes. When its first process ends, all the others are killed. */
export class LoopbackContainer implements RunningContainer {
  readonly exited: Promise<ContainerExit>;
  readonly output: AsyncIterable<OutputChunk>;
  readonly #plan: ProcessPlan;
  readonly #command: Command;
  readonly #startedAtMs = Date.now();
  #isRunning = true;

  private constructor(plan: ProcessPlan, command: Command, watchdog: Watchdog) {
    const output = new PassThrough({ objectMode: true, highWaterMark: MOST_UNREAD_CHUNKS });
    this.#plan = plan;
    this.#command = command;
    this.output = output;
    for (const note of plan.notes)
      output.write({ stream: "stderr", bytes: Buffer.from(`heliostat: ${note}\n`), atMs: Date.now() });
    const written = Promise.all([
      keep(command.stdout, "stdout", output),
      keep(command.stderr, "stderr", output),
    ]);
    this.exited = this.#watchEnd(watchdog, written).finally(() => output.end());
  }

  /** @throws Error when there is no such program */
  static async start(plan: ProcessPlan, watchdog: Watchdog): Promise<LoopbackContainer> {
    const { keepsStdin: hasStdin } = plan;
    const command = await startCommand(plan.command, { ...plan, hasStdin, isTty: false });
    watchdog.add(command.pid);
    const container = new LoopbackContainer(plan, command, watchdog);
    await writeFile(plan.pidFile, String(command.pid));
    return container;
  }

  /** What it has used, found among the processes of the machine. */
  usage(table: readonly ProcessEntry[]): Omit<ContainerUsage, "podUid"> {
    const { name, tag } = this.#plan;
    const pids = membersOf({ tag, sessions: [this.#command.pid] }, table);
    return { container: name, runningMs: Date.now() - this.#startedAtMs, ...usageOf(pids) };
  }

  signal(name: "SIGTERM" | "SIGKILL"): void {
    if (this.#isRunning) signalQuietly(this.#command.pid, name);
  }

  write(chunk: Uint8Array): void {
    this.#command.stdin?.write(chunk);
  }

  async exec({ command, stdin = false, tty = false, signal }: ExecOptions): Promise<ExecSession> {
    if (!this.#isRunning) throw new KubeError("BadRequest", "Cannot exec in container: it has ended");
    if (tty) throw new KubeError("BadRequest", "Cannot exec with a terminal: pods are plain processes here");
    const { localized, env, workingDir, folder } = this.#plan;
    const place = { env, workingDir, folder, hasStdin: stdin, isTty: false };
    const started = await startCommand(command.map(localized), place).catch((cause: Error) => {
      throw new KubeError("BadRequest", `Cannot exec in container: ${cause.message}`, { cause });
    });
    signal?.addEventListener("abort", started.kill, { once: true });
    return execSession(started);
  }

  async #watchEnd(watchdog: Watchdog, written: Promise<unknown>): Promise<ContainerExit> {
    const { pid, ending, stdout, stderr } = this.#command;
    const exit = await ending;
    this.#isRunning = false;
    await endProcesses({ tag: this.#plan.tag, sessions: [pid] });
    watchdog.remove(pid);
    await Promise.race([written, pause(LAST_OUTPUT_MS)]);
    for (const source of [stdout, stderr]) source.destroy();
    return exit;
  }
}

async function keep(source: Readable, stream: OutputChunk["stream"], output: PassThrough): Promise<void> {
  for await (const bytes of chunksOf(source)) await pushTo(output, { stream, bytes, atMs: Date.now() });
}

function execSession(command: Command): ExecSession {
  const { stdout, stderr, stdin, ending, kill } = command;
  return {
    stdout,
    stderr,
    exitCode: ending.then(({ exitCode }) => exitCode),
    write: (chunk) => void stdin?.write(chunk),
    endInput: () => void stdin?.end(),
    resize: () => {},
    kill,
  };
}
