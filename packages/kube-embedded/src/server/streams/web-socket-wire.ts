import type { MessageSocket } from "../http/exchange.ts";
import { type CommandWire, type RemoteInput, terminalSize } from "./remote-command.ts";
import type { RemoteStreams } from "./remote-streams.ts";

/**
 * Kubernetes' protocol for a command at the other end of a WebSocket: the first byte of each message names its
 * channel. Version 5 adds a way to close one channel, by which the command's input can end.
 */
export const WEB_SOCKET_PROTOCOLS: readonly string[] = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** A command's wire over the messages of a WebSocket. */
export async function webSocketWire(socket: MessageSocket, { stdout }: RemoteStreams): Promise<CommandWire> {
  const send = (channel: keyof typeof CHANNEL, data: Uint8Array): Promise<void> =>
    socket.send(Buffer.concat([Buffer.of(CHANNEL[channel]), data]));
  // Kubernetes rule: an empty message tells the client that the streams are there.
  if (stdout) await send("stdout", new Uint8Array());
  return {
    signal: socket.signal,
    send,
    sendStatus: (status) => send("error", Buffer.from(JSON.stringify(status))),
    async listen(take) {
      for await (const message of socket.messages) {
        const input = remoteInput(message);
        if (input) await take(input);
      }
    },
  };
}

/** A message of the client; `undefined` when it means nothing to us. */
export function remoteInput(message: Buffer): RemoteInput | undefined {
  const [channel, closed] = message;
  const data = message.subarray(1);
  if (channel === CHANNEL.stdin) return { type: "stdin", data };
  if (channel === CHANNEL.resize) return terminalSize(data.toString("utf8"));
  const endsInput = channel === CHANNEL.close && closed === CHANNEL.stdin;
  return endsInput ? { type: "endOfStdin" } : undefined;
}
