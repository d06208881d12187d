import { type ChildProcess, spawn } from "node:child_process";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { removeStateFolder, type StateFolder } from "../state-folder.ts";
import { readLine, writeLine } from "../wire/line.ts";
import type { Answer, Request, SupervisorSettings } from "../wire/messages.ts";

/** What an answered question leaves: the value of the answer, and the connection with what follows on it. */
export interface Answered {
  readonly value: string;
  readonly socket: Socket;
}

/**
 * The process that holds the node's namespaces, seen from heliostat. It ends with heliostat, since it reads a pipe of
 * which heliostat holds the only other end.
 */
export class SupervisorProcess {
  /** Resolves with what it last complained about when it has ended, on request or not. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  readonly #state: StateFolder;

  private constructor(child: ChildProcess, state: StateFolder) {
    this.#child = child;
    this.#state = state;
    const complaint = child.stderr ? text(child.stderr) : Promise.resolve("");
    this.ended = new Promise((resolve) => {
      child.on("error", (error) => resolve(error.message));
      child.on("close", () => resolve(complaint.then((words) => words.trim())));
    });
  }

  /** @throws Error that says what the machine refuses */
  static async start(state: StateFolder, settings: SupervisorSettings): Promise<SupervisorProcess> {
    const supervisor = new SupervisorProcess(spawnSupervisor(settings), state);
    const isReady = await new Promise<boolean>((resolve) => {
      supervisor.#child.stdout?.once("data", () => resolve(true));
      void supervisor.ended.then(() => resolve(false));
    });
    if (isReady) return supervisor;
    removeStateFolder(state);
    throw new Error(
      `Cannot start the sandbox: ${(await supervisor.ended) || "its supervisor ended at once"}`,
    );
  }

  /** Ask one thing. @throws Error with the supervisor's reason */
  async ask(request: Request): Promise<Answered> {
    const socket = connect({ path: this.#state.supervisorSocket, allowHalfOpen: true });
    socket.on("error", ignoreBreak);
    writeLine(socket, request);
    const answer = JSON.parse(await readLine(socket)) as Answer;
    if (answer.ok) return { value: answer.value ?? "", socket };
    socket.destroy();
    throw new Error(answer.why);
  }

  /** Ask one thing of which only the answer matters. */
  async tell(request: Request): Promise<string> {
    const { value, socket } = await this.ask(request);
    socket.destroy();
    return value;
  }

  async stop(): Promise<void> {
    this.#child.stdin?.end();
    await this.ended;
    removeStateFolder(this.#state);
  }
}

/** A session of its own keeps the terminal's Ctrl-C away: heliostat decides when pods end. */
function spawnSupervisor(settings: SupervisorSettings): ChildProcess {
  const program = supervisorProgram();
  const args = ["-c", ENTER_NAMESPACES, process.execPath, program, JSON.stringify(settings)];
  const child = spawn("bash", args, { stdio: "pipe", detached: true });
  child.stdin.on("error", ignoreBreak);
  return child;
}

/** Users other than root often lack the folders of `ip` and `pivot_root` on their PATH. */
const ENTER_NAMESPACES = `
PATH=$PATH:/usr/sbin:/sbin
exec unshare --user --map-root-user --net --mount --pid --fork --kill-child --mount-proc -- "$0" "$@"
`;

/** The room runs from its sources as well as built. */
function supervisorProgram(): string {
  const isSource = import.meta.url.endsWith(".ts");
  const source = import.meta.resolve("../inside/run-supervisor.ts");
  return fileURLToPath(isSource ? source : source.replace(/\.ts$/, ".js"));
}

/** Whoever reads or writes next finds out in its own way. */
function ignoreBreak(): void {}
