import { PassThrough } from "node:stream";
import { type ExecOptions, type ExecSession, KubeError } from "@heliostat/kube";
import type { ContainerExit, OutputChunk, RunningContainer } from "../../runtime/container-runtime.ts";
import type { ContainerOrder } from "../wire/messages.ts";
import { pushTo, type RemoteCommand, remoteCommand } from "./remote-command.ts";
import type { Answered, SupervisorProcess } from "./supervisor-process.ts";

/** How many pieces of unread output are kept before the container has to wait. */
const MOST_UNREAD_CHUNKS = 1024;

/** A container that runs in the namespaces. */
export class RemoteContainer implements RunningContainer {
  readonly exited: Promise<ContainerExit>;
  readonly output: AsyncIterable<OutputChunk>;
  readonly #supervisor: SupervisorProcess;
  readonly #id: string;
  readonly #command: RemoteCommand;

  private constructor(supervisor: SupervisorProcess, { value: id, socket }: Answered) {
    const output = new PassThrough({ objectMode: true, highWaterMark: MOST_UNREAD_CHUNKS });
    this.#supervisor = supervisor;
    this.#id = id;
    this.#command = remoteCommand(socket, {
      push: (stream, bytes) => pushTo(output, { stream, bytes, atMs: Date.now() }),
      end: () => output.end(),
    });
    this.exited = this.#command.ended;
    this.output = output;
  }

  /** @throws Error that says why it cannot be started */
  static async start(
    supervisor: SupervisorProcess,
    uid: string,
    container: ContainerOrder,
  ): Promise<RemoteContainer> {
    return new RemoteContainer(supervisor, await supervisor.ask({ ask: "start", uid, container }));
  }

  signal(name: "SIGTERM" | "SIGKILL"): void {
    this.#command.tell({ say: "signal", name });
  }

  write(chunk: Uint8Array): void {
    this.#command.write(chunk);
  }

  drained(): Promise<void> {
    return this.#command.drained();
  }

  endInput(): void {
    this.#command.tell({ say: "endInput" });
  }

  resize(columns: number, rows: number): void {
    this.#command.tell({ say: "resize", columns, rows });
  }

  async exec({ command, stdin = false, tty = false, signal }: ExecOptions): Promise<ExecSession> {
    const request = { ask: "exec", containerId: this.#id, command, hasStdin: stdin, isTty: tty } as const;
    const answered = await this.#supervisor.ask(request).catch((cause: Error) => {
      throw new KubeError("BadRequest", `Cannot exec in container: ${cause.message}`, { cause });
    });
    return execSession(answered, signal);
  }
}

function execSession({ socket }: Answered, signal: AbortSignal | undefined): ExecSession {
  const outputs = { stdout: new PassThrough(), stderr: new PassThrough() };
  const command = remoteCommand(socket, {
    push: (stream, bytes) => pushTo(outputs[stream], bytes),
    end: () => {
      outputs.stdout.end();
      outputs.stderr.end();
    },
  });
  const kill = () => command.hangUp();
  signal?.addEventListener("abort", kill, { once: true });
  return {
    ...outputs,
    exitCode: command.ended.then(({ exitCode }) => exitCode),
    write: command.write,
    drained: command.drained,
    endInput: () => command.tell({ say: "endInput" }),
    resize: (columns, rows) => command.tell({ say: "resize", columns, rows }),
    kill,
  };
}
