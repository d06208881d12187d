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

  /** Join the streams of the container's first process, from now on. @throws KubeError `NotFound`, `BadRequest` when it does not run */
  attach(container: ContainerName, options?: AttachOptions): Promise<AttachSession>;

  /** Open a TCP connection to a port of the pod. @throws KubeError `NotFound`, `Unavailable` when nothing listens there */
  connect(pod: ObjectName, port: number, options?: ConnectOptions): Promise<ByteStream>;
}

export interface ConnectOptions {
  /**
   * Whether a port is meant on which the pod listens for itself alone, where none is open to others: so it is when a
   * port is forwarded, and not when a proxy asks (Kubernetes convention). @default false
   */
  readonly includesLoopback?: boolean;
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
  /** Resolves when there is room for more input. @default always at once */
  drained?(): Promise<void>;
  endInput(): void;
  resize(columns: number, rows: number): void;
  kill(): void;
}

export interface AttachOptions {
  /** Take input, as far as the container was started to have any. @default false */
  readonly stdin?: boolean;
  /** The caller has a terminal. @default false */
  readonly tty?: boolean;
  readonly signal?: AbortSignal;
}

/** A container's own streams. They end with its run. */
export interface AttachSession extends Omit<ExecSession, "exitCode" | "kill"> {
  /** Let go of the container, which runs on. */
  detach(): void;
}

/** Two bytestreams with one end each: a connection. */
export interface ByteStream {
  readonly output: AsyncIterable<Uint8Array>;
  write(chunk: Uint8Array): void;
  /** Resolves when there is room for more: whoever waits for it sends no faster than the other end reads. @default always at once */
  drained?(): Promise<void>;
  /** Send no more; the other end may go on. */
  end(): void;
  /** Drop the connection at once. */
  destroy(): void;
}
