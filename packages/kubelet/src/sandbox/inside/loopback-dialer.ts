import { type ChildProcess, type SendHandle, spawn } from "node:child_process";
import { Socket } from "node:net";
import { fileURLToPath } from "node:url";

/** What the dialer is asked. */
export interface DialRequest {
  readonly id: number;
  readonly port: number;
}

/** Its answer, with the connection if there is one. */
export interface DialAnswer {
  readonly id: number;
  /** Why there is none. @default there is one */
  readonly why?: string;
}

/** How long a dialer stays that nobody asks. */
const IDLE_MS = 30_000;

/**
 * Connects to what a pod's processes listen to on their own loopback. Only a process in the pod's network reaches it:
 * there is one while it is asked, which dials and hands the connections over.
 */
export class LoopbackDialer {
  readonly #pausePid: number;
  readonly #asked = new Map<number, (answer: DialAnswer, handle?: SendHandle) => void>();
  #dialer: ChildProcess | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #lastId = 0;

  /** @param pausePid the process that holds the pod's network */
  constructor(pausePid: number) {
    this.#pausePid = pausePid;
  }

  /** @throws Error when nothing listens there */
  connect(port: number): Promise<Socket> {
    clearTimeout(this.#idleTimer);
    this.#dialer ??= this.#start();
    this.#lastId += 1;
    const request: DialRequest = { id: this.#lastId, port };
    const answered = new Promise<Socket>((resolve, reject) => {
      this.#asked.set(request.id, ({ why = "the connection broke off" }, handle) => {
        if (handle instanceof Socket) resolve(halfOpen(handle));
        else reject(new Error(why));
      });
    });
    this.#dialer.send(request);
    return answered;
  }

  close(): void {
    this.#dialer?.kill("SIGKILL");
    if (this.#dialer) this.#giveUp(this.#dialer, "the pod is gone");
  }

  #start(): ChildProcess {
    const args = ["--target", String(this.#pausePid), "--net", process.execPath, dialerProgram()];
    const dialer = spawn("nsenter", args, { stdio: ["ignore", "ignore", "ignore", "ipc"] });
    dialer.on("message", (answer: DialAnswer, handle?: SendHandle) => this.#answer(answer, handle));
    dialer.on("error", ({ message }) => this.#giveUp(dialer, message));
    dialer.on("exit", () => this.#giveUp(dialer, "nothing dials in the pod any more"));
    return dialer;
  }

  #answer(answer: DialAnswer, handle?: SendHandle): void {
    const told = this.#asked.get(answer.id);
    this.#asked.delete(answer.id);
    told?.(answer, handle);
    if (this.#asked.size === 0) this.#idleTimer = setTimeout(() => this.close(), IDLE_MS);
  }

  #giveUp(dialer: ChildProcess, why: string): void {
    if (this.#dialer !== dialer) return;
    this.#dialer = undefined;
    for (const id of [...this.#asked.keys()]) this.#answer({ id, why });
    clearTimeout(this.#idleTimer);
  }
}

/** Whoever has said all may still be answered. */
function halfOpen(socket: Socket): Socket {
  socket.allowHalfOpen = true;
  return socket;
}

/** The room runs from its sources as well as built. */
function dialerProgram(): string {
  const source = import.meta.resolve("./run-dialer.ts");
  return fileURLToPath(import.meta.url.endsWith(".ts") ? source : source.replace(/\.ts$/, ".js"));
}
