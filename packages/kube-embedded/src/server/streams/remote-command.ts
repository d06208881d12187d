import type { MessageSocket } from "../http/exchange.ts";
import type { KubeStatus } from "../http/kube-status.ts";

/**
 * Kubernetes' protocol for a command at the other end of a WebSocket: the first byte of each message names its
 * channel. Version 5 adds a way to close one channel, by which the command's input can end.
 */
export const REMOTE_COMMAND_PROTOCOLS: readonly string[] = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** What comes from the client's side. */
export type RemoteInput =
  | { readonly type: "stdin"; readonly data: Uint8Array }
  | { readonly type: "endOfStdin" }
  | { readonly type: "resize"; readonly columns: number; readonly rows: number };

/** A message of the client; `undefined` when it means nothing to us. */
export function remoteInput(message: Buffer): RemoteInput | undefined {
  const [channel, ...[closed]] = message;
  const data = message.subarray(1);
  if (channel === CHANNEL.stdin) return { type: "stdin", data };
  if (channel === CHANNEL.resize) return terminalSize(data.toString("utf8"));
  const endsInput = channel === CHANNEL.close && closed === CHANNEL.stdin;
  return endsInput ? { type: "endOfStdin" } : undefined;
}

export function sendOn(
  socket: MessageSocket,
  channel: "stdout" | "stderr" | "error",
  data: Uint8Array,
): Promise<void> {
  return socket.send(Buffer.concat([Buffer.of(CHANNEL[channel]), data]));
}

/** How it went, on the channel that is for that. */
export function sendStatus(socket: MessageSocket, status: CommandStatus): Promise<void> {
  return sendOn(socket, "error", Buffer.from(JSON.stringify(status)));
}

export type CommandStatus = Partial<KubeStatus> & Pick<KubeStatus, "metadata" | "status">;

/** The last word about a command: clients take its exit code from here. */
export function exitStatus(exitCode: number): CommandStatus {
  if (exitCode === 0) return { metadata: {}, status: "Success" };
  return {
    metadata: {},
    status: "Failure",
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(exitCode) }] },
  };
}

function terminalSize(text: string): RemoteInput | undefined {
  try {
    const { Width, Height } = JSON.parse(text) as { readonly Width?: unknown; readonly Height?: unknown };
    if (typeof Width !== "number" || typeof Height !== "number") return undefined;
    return { type: "resize", columns: Width, rows: Height };
  } catch {
    return undefined;
  }
}
