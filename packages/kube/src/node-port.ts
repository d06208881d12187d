import type { ObjectName } from "./object.ts";

/** One container of one pod. */
export interface ContainerName extends ObjectName {
  readonly container: string;
}

/**
 * What can be asked of the node on which a pod runs: its logs, a command inside it, a connection to it.
 * `kubelet` implements it for pods of its own, `kube-http` through a real API server.
 */
export interface NodePort {
  /** The container's output, oldest first. @throws KubeError `NotFound`, `BadRequest` when it has not started */
  logs(container: ContainerName, options?: LogOptions): Promise<AsyncIterable<Uint8Array>>;

  /** Run a command inside the container. @throws KubeError `NotFound`, `BadRequest` when it does not run */
  exec(container: ContainerName, options: ExecOptions): Promise<ExecSession>;

  /** Open a TCP connection to a port of the pod. @throws KubeError `NotFound`, `Unavailable` when nothing listens there */
  connect(pod: ObjectName, port: number): Promise<ByteStream>;
}

export interface LogOptions {
  /** Stay and send what comes. @default false */
  readonly follow?: boolean;
  /** The run before the present one. @default false */
  readonly previous?: boolean;
  readonly tailLines?: number;
  /** RFC 3339: only what was written at or after this moment. */
  readonly sinceTime?: string;
  /** Put the moment of writing before each line. @default false */
  readonly timestamps?: boolean;
  readonly limitBytes?: number;
  readonly signal?: AbortSignal;
}

export interface ExecOptions {
  readonly command: readonly string[];
  /** Keep the command's input open. @default false */
  readonly stdin?: boolean;
  /** Give the command a terminal. @default false */
  readonly tty?: boolean;
  readonly signal?: AbortSignal;
}

export interface ExecSession {
  readonly stdout: AsyncIterable<Uint8Array>;
  /** Empty when the command has a terminal. */
  readonly stderr: AsyncIterable<Uint8Array>;
  /** Resolves when the command has ended; 128 + n when signal n ended it. */
  readonly exitCode: Promise<number>;
  write(chunk: Uint8Array): void;
  endInput(): void;
  resize(columns: number, rows: number): void;
  kill(): void;
}

/** Two bytestreams with one end each: a connection. */
export interface ByteStream {
  readonly output: AsyncIterable<Uint8Array>;
  write(chunk: Uint8Array): void;
  end(): void;
  /** Drop the connection at once. */
  destroy(): void;
}
