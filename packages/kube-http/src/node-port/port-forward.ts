import { type ByteStream, KubeError, type ObjectName, PODS } from "@heliostat/kube";
import type { ApiConnection } from "../http/api-connection.ts";
import type { WebSocketStream } from "../http/web-socket.ts";
import { objectPath } from "../request-path.ts";
import { ByteQueue } from "./byte-queue.ts";

/** One port a conversation: channel 0 is the connection, channel 1 what is wrong with it (Kubernetes convention). */
const PROTOCOLS: readonly string[] = ["v4.channel.k8s.io"];
const CHANNEL = { data: 0, error: 1 } as const;

/** The first message of a channel repeats the port: 16 bits, little-endian. */
const PREFACE_BYTES = 2;

/**
 * A connection to a port of a pod, over a WebSocket of its own. The protocol cannot close one half: after `end` the
 * pod may still speak, but does not learn that we have finished.
 *
 * @throws KubeError when the server refuses; `Unavailable` through `output` when nothing listens at the port
 */
export async function forwardPort(
  connection: ApiConnection,
  pod: ObjectName,
  port: number,
): Promise<ByteStream> {
  const path = objectPath(PODS, pod, { subresource: "portforward", query: { ports: port } });
  const stream = new ForwardedPort(port);
  const socket = await connection.webSocket({ method: "GET", path }, PROTOCOLS, (message) =>
    stream.take(message),
  );
  stream.begin(socket);
  return stream;
}

class ForwardedPort implements ByteStream {
  readonly output: ByteQueue;
  readonly #port: number;
  readonly #begun = new Set<number>();
  #socket: WebSocketStream | undefined;

  constructor(port: number) {
    this.#port = port;
    this.output = new ByteQueue({
      onFull: () => this.#socket?.pause(),
      onDrained: () => this.#socket?.resume(),
    });
  }

  begin(socket: WebSocketStream): void {
    this.#socket = socket;
    void socket.closed.then(() => this.output.end());
  }

  take(message: Buffer): void {
    const channel = message[0] ?? 0;
    const isFirst = !this.#begun.has(channel);
    this.#begun.add(channel);
    const data = message.subarray(1 + (isFirst ? PREFACE_BYTES : 0));
    if (channel === CHANNEL.data) this.output.push(data);
    if (channel === CHANNEL.error && data.length > 0) this.#fail(data.toString("utf8"));
  }

  write(chunk: Uint8Array): void {
    this.#socket?.send(Buffer.concat([Uint8Array.of(CHANNEL.data), chunk]));
  }

  end(): void {}

  destroy(): void {
    this.#socket?.close();
  }

  #fail(why: string): void {
    this.output.end(new KubeError("Unavailable", `Cannot connect to port ${this.#port}: ${why.trim()}`));
    this.#socket?.close();
  }
}
