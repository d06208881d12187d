import type { SpdyConnection } from "../spdy/spdy-connection.ts";
import type { SpdyStream } from "../spdy/spdy-stream.ts";
import { type CommandStatus, type CommandWire, type RemoteInput, terminalSize } from "./remote-command.ts";
import type { RemoteStreams } from "./remote-streams.ts";

/**
 * Kubernetes' protocols for a command at the other end of a SPDY connection, one stream a purpose. Version 3 brought
 * the terminal's size, version 4 the exit code.
 */
export const SPDY_COMMAND_PROTOCOLS: readonly string[] = [
  "v4.channel.k8s.io",
  "v3.channel.k8s.io",
  "v2.channel.k8s.io",
];

/** How long the client may take to open its streams (Kubernetes rule). */
const STREAMS_WITHIN_MS = 30_000;

type Purpose = "error" | "stdin" | "stdout" | "stderr" | "resize";

/** A wire whose streams have to be ended one by one. */
export interface SpdyWire extends CommandWire {
  close(): Promise<void>;
}

/** A command's wire over SPDY; `undefined` when the client does not open the streams that it has announced. */
export async function spdyWire(
  connection: SpdyConnection,
  protocol: string,
  wanted: RemoteStreams,
): Promise<SpdyWire | undefined> {
  const streams = await openedStreams(connection, purposes(protocol, wanted));
  const error = streams?.get("error");
  if (!streams || !error) return undefined;
  return {
    signal: connection.signal,
    send: async (channel, data) => streams.get(channel)?.send(data),
    sendStatus: (status) => error.send(Buffer.from(statusText(protocol, status))),
    listen: async (take) => {
      await Promise.all([passInput(streams.get("stdin"), take), passSizes(streams.get("resize"), take)]);
    },
    close: async () => {
      await Promise.all([...streams.values()].map((stream) => stream.end()));
    },
  };
}

function purposes(protocol: string, { stdin, stdout, stderr, tty }: RemoteStreams): readonly Purpose[] {
  const hasSize = tty && protocol !== "v2.channel.k8s.io";
  return [
    "error",
    ...(stdin ? (["stdin"] as const) : []),
    ...(stdout ? (["stdout"] as const) : []),
    ...(stderr ? (["stderr"] as const) : []),
    ...(hasSize ? (["resize"] as const) : []),
  ];
}

async function openedStreams(
  connection: SpdyConnection,
  wanted: readonly Purpose[],
): Promise<ReadonlyMap<string, SpdyStream> | undefined> {
  const streams = new Map<string, SpdyStream>();
  const deadline = setTimeout(() => connection.close(), STREAMS_WITHIN_MS);
  for await (const stream of connection.streams) {
    streams.set(stream.headers.get("streamtype") ?? "", stream);
    if (wanted.every((purpose) => streams.has(purpose))) break;
  }
  clearTimeout(deadline);
  return wanted.every((purpose) => streams.has(purpose)) ? streams : undefined;
}

/** Before version 4 silence was success, and anything else the reason of a failure. */
function statusText(protocol: string, status: CommandStatus): string {
  if (protocol === "v4.channel.k8s.io") return JSON.stringify(status);
  return status.status === "Success" ? "" : (status.message ?? "");
}

type Take = (input: RemoteInput) => Promise<void>;

async function passInput(stdin: SpdyStream | undefined, take: Take): Promise<void> {
  if (!stdin) return;
  for await (const data of stdin.input) await take({ type: "stdin", data });
  await take({ type: "endOfStdin" });
}

/** Longer than any size: what does not end before is none. */
const MAX_SIZE_BYTES = 1024;

/** One JSON object after the other, not necessarily apart. */
async function passSizes(sizes: SpdyStream | undefined, take: Take): Promise<void> {
  if (!sizes) return;
  let text = "";
  for await (const chunk of sizes.input) {
    text = `${text}${chunk.toString("utf8")}`.slice(-MAX_SIZE_BYTES);
    for (const [object] of text.matchAll(/\{[^{}]*\}/g)) {
      const size = terminalSize(object);
      if (size) await take(size);
    }
    text = text.slice(text.lastIndexOf("}") + 1);
  }
}
