import { PassThrough } from "node:stream";
import { KubeError } from "@heliostat/kube";
import type { MessageSocket } from "../http/exchange.ts";
import type { ForwardTarget } from "./forward-target.ts";
import { joinConnection } from "./forwarded-connection.ts";

/** So much of a channel is kept for a pod that reads slowly, before all channels wait for it. */
const MAX_UNREAD_BYTES = 1024 * 1024;

/**
 * Forward one connection for each port over a WebSocket. The first byte of a message names its channel: port i has 2i
 * for its data and 2i + 1 for what went wrong; each begins with the port's number. The protocol knows no end of one
 * channel, so that the socket closes when the last connection has ended.
 */
export async function forwardOverChannels(
  socket: MessageSocket,
  ports: readonly number[],
  target: ForwardTarget,
): Promise<void> {
  const channels = ports.map((port, index) => portChannel(socket, { port, index }));
  void distribute(socket, channels);
  await Promise.all(channels.map((channel) => forward(channel, target)));
}

interface PortChannel {
  readonly port: number;
  readonly signal: AbortSignal;
  /** What the client has sent for the pod. */
  readonly input: PassThrough;
  send(data: Uint8Array): Promise<void>;
  /** There is no way to say that only this channel has ended, or only one direction of it. */
  end(): Promise<void>;
  complain(message: string): Promise<void>;
}

function portChannel(
  socket: MessageSocket,
  { port, index }: { readonly port: number; readonly index: number },
): PortChannel {
  const [dataChannel, errorChannel] = [2 * index, 2 * index + 1];
  const sendOn = (channel: number, data: Uint8Array): Promise<void> =>
    socket.send(Buffer.concat([Buffer.of(channel), data]));
  const greeting = Promise.all(
    [dataChannel, errorChannel].map((channel) => sendOn(channel, portBytes(port))),
  );
  greeting.catch(() => undefined);
  const input = new PassThrough({ highWaterMark: MAX_UNREAD_BYTES });
  return {
    port,
    input,
    signal: socket.signal,
    send: (data) => sendOn(dataChannel, data),
    end: async () => void input.end(),
    complain: (message) => sendOn(errorChannel, Buffer.from(message)),
  };
}

function portBytes(port: number): Uint8Array {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(port);
  return bytes;
}

/** Hand each message to its channel until the client is gone. */
async function distribute(socket: MessageSocket, channels: readonly PortChannel[]): Promise<void> {
  try {
    for await (const message of socket.messages) {
      const channel = message[0] ?? 1;
      const input = channel % 2 === 0 ? channels[channel / 2]?.input : undefined;
      if (input?.writable && !input.write(message.subarray(1))) await room(input);
    }
  } catch {
    // A client that breaks the protocol, or breaks off, is gone: its socket is closed already.
  } finally {
    for (const { input } of channels) input.end();
  }
}

function room(input: PassThrough): Promise<void> {
  return new Promise((resolve) => {
    input.once("drain", done).once("close", done);
    function done(): void {
      input.off("drain", done).off("close", done);
      resolve();
    }
  });
}

async function forward(channel: PortChannel, target: ForwardTarget): Promise<void> {
  try {
    const pod = await target.connect(channel.port);
    if (channel.signal.aborted) pod.destroy();
    channel.signal.addEventListener("abort", () => pod.destroy(), { once: true });
    await joinConnection(channel, pod);
  } catch (error) {
    if (error instanceof KubeError) await channel.complain(error.message).catch(() => undefined);
  } finally {
    channel.input.destroy();
  }
}
