import {
  type AttachOptions,
  type AttachSession,
  type ByteStream,
  type ContainerName,
  type ExecOptions,
  type ExecSession,
  type LogOptions,
  type NodePort,
  type ObjectName,
  PODS,
} from "@heliostat/kube";
import type { ApiConnection } from "../http/api-connection.ts";
import { objectPath } from "../request-path.ts";
import { forwardPort } from "./port-forward.ts";
import { attachRemotely, execRemotely } from "./remote-command.ts";

/** What can be asked of a pod's node, asked through the API server. */
export class HttpNodePort implements NodePort {
  readonly #connection: ApiConnection;

  constructor(connection: ApiConnection) {
    this.#connection = connection;
  }

  async logs(
    { container, ...pod }: ContainerName,
    options: LogOptions = {},
  ): Promise<AsyncIterable<Uint8Array>> {
    const { signal, ...wishes } = options;
    const path = objectPath(PODS, pod, { subresource: "log", query: { container, ...wishes } });
    return endingWith(signal, await this.#connection.stream({ method: "GET", path, signal }));
  }

  exec(container: ContainerName, options: ExecOptions): Promise<ExecSession> {
    return execRemotely(this.#connection, container, options);
  }

  attach(container: ContainerName, options?: AttachOptions): Promise<AttachSession> {
    return attachRemotely(this.#connection, container, options);
  }

  connect(pod: ObjectName, port: number): Promise<ByteStream> {
    return forwardPort(this.#connection, pod, port);
  }
}

/** Whoever aborts knows why a log has ended. */
async function* endingWith(
  signal: AbortSignal | undefined,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* chunks;
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}
