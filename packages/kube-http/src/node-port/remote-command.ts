import {
  type AttachOptions,
  type AttachSession,
  type ContainerName,
  type ExecOptions,
  type ExecSession,
  KubeError,
  PODS,
} from "@heliostat/kube";
import { statusError } from "../errors/status-error.ts";
import type { ApiConnection } from "../http/api-connection.ts";
import type { WebSocketStream } from "../http/web-socket.ts";
import { objectPath } from "../request-path.ts";
import { ByteQueue } from "./byte-queue.ts";

/** Version 5 can end a command's input, version 4 cannot; both begin each message with the number of its channel. */
const PROTOCOLS: readonly string[] = ["v5.channel.k8s.io", "v4.channel.k8s.io"];
const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** Run a command in a container, its streams over a WebSocket. @throws KubeError when the server refuses */
export async function execRemotely(
  connection: ApiConnection,
  { container, ...pod }: ContainerName,
  options: ExecOptions,
): Promise<ExecSession> {
  const { command, stdin = false, tty = false, signal } = options;
  const query = { command, container, stdin, stdout: true, stderr: !tty, tty };
  return converse(connection, objectPath(PODS, pod, { subresource: "exec", query }), signal);
}

/** Join a container's own streams over a WebSocket. @throws KubeError when the server refuses */
export async function attachRemotely(
  connection: ApiConnection,
  { container, ...pod }: ContainerName,
  options: AttachOptions = {},
): Promise<AttachSession> {
  const { stdin = false, tty = false, signal } = options;
  const query = { container, stdin, stdout: true, stderr: !tty, tty };
  const session = await converse(connection, objectPath(PODS, pod, { subresource: "attach", query }), signal);
  return {
    stdout: session.stdout,
    stderr: session.stderr,
    write: (chunk) => session.write(chunk),
    endInput: () => session.endInput(),
    resize: (columns, rows) => session.resize(columns, rows),
    detach: () => session.kill(),
  };
}

async function converse(
  connection: ApiConnection,
  path: string,
  signal: AbortSignal | undefined,
): Promise<RemoteCommand> {
  const session = new RemoteCommand();
  const socket = await connection.webSocket({ method: "GET", path, signal }, PROTOCOLS, (message) =>
    session.take(message),
  );
  session.begin(socket);
  return session;
}

/** A command at the other end of a WebSocket. */
class RemoteCommand implements ExecSession {
  readonly stdout: ByteQueue;
  readonly stderr: ByteQueue;
  readonly exitCode: Promise<number>;
  #socket: WebSocketStream | undefined;
  #end: (exitCode: number) => void = () => undefined;
  #fail: (error: unknown) => void = () => undefined;

  constructor() {
    const hold = { onFull: () => this.#socket?.pause(), onDrained: () => this.#socket?.resume() };
    this.stdout = new ByteQueue(hold);
    this.stderr = new ByteQueue(hold);
    this.exitCode = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
    });
    // Whoever only reads the output must not be ended by an error that nobody awaits.
    this.exitCode.catch(() => undefined);
  }

  /** The conversation is open. */
  begin(socket: WebSocketStream): void {
    this.#socket = socket;
    void socket.closed.then(({ code, reason }) => this.#onClosed(code, reason));
  }

  /** A message of the server. */
  take(message: Buffer): void {
    const data = message.subarray(1);
    switch (message[0]) {
      case CHANNEL.stdout:
        this.stdout.push(data);
        return;
      case CHANNEL.stderr:
        this.stderr.push(data);
        return;
      case CHANNEL.error:
        this.#finish(data.toString("utf8"));
        return;
      default:
    }
  }

  write(chunk: Uint8Array): void {
    this.#send(CHANNEL.stdin, chunk);
  }

  endInput(): void {
    if (this.#socket?.protocol === PROTOCOLS[0]) this.#send(CHANNEL.close, Uint8Array.of(CHANNEL.stdin));
  }

  resize(columns: number, rows: number): void {
    this.#send(CHANNEL.resize, Buffer.from(JSON.stringify({ Width: columns, Height: rows })));
  }

  /** Kubernetes has no word for it: the command loses its streams. */
  kill(): void {
    this.#socket?.close();
  }

  #send(channel: number, data: Uint8Array): void {
    this.#socket?.send(Buffer.concat([Uint8Array.of(channel), data]));
  }

  #finish(statusText: string): void {
    try {
      this.#end(exitCodeOf(statusText));
    } catch (error) {
      this.#fail(error);
    }
    this.#endOutput();
  }

  #onClosed(code: number, reason: string): void {
    const why = reason === "" ? `code ${code}` : `code ${code}, ${reason}`;
    this.#fail(
      new KubeError("Unavailable", `Cannot learn how the command ended: the connection closed with ${why}`),
    );
    this.#endOutput();
  }

  #endOutput(): void {
    this.stdout.end();
    this.stderr.end();
  }
}

interface CommandStatus {
  readonly status?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
}

/** The last word about a command (Kubernetes convention). @throws KubeError when it never ran */
function exitCodeOf(text: string): number {
  const status = parsedStatus(text);
  if (status?.status === "Success") return 0;
  const exit = status?.details?.causes?.find(({ reason }) => reason === "ExitCode");
  if (status?.reason === "NonZeroExitCode" && exit) return Number(exit.message);
  throw statusError({ code: status?.code ?? 500, body: status ? wholeStatus(status) : text });
}

function parsedStatus(text: string): CommandStatus | undefined {
  try {
    return JSON.parse(text) as CommandStatus;
  } catch {
    return undefined;
  }
}

/** On this channel a Status may come without its kind. */
function wholeStatus(status: CommandStatus): string {
  return JSON.stringify({ kind: "Status", ...status });
}
