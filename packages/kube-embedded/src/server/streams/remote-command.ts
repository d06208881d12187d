import type { KubeStatus } from "../http/kube-status.ts";

/** What joins a caller to a command, or to a container's own streams: whichever protocol carries it. */
export interface CommandWire {
  /** Aborts when the caller is gone. */
  readonly signal: AbortSignal;
  /** Hand over what the caller sends, one thing after the other, until he is gone. */
  listen(take: (input: RemoteInput) => Promise<void>): Promise<void>;
  /** Resolves when it has left: whoever waits for it sends no faster than the line. */
  send(channel: OutputChannel, data: Uint8Array): Promise<void>;
  /** How it went: the last word. */
  sendStatus(status: CommandStatus): Promise<void>;
}

export type OutputChannel = "stdout" | "stderr";

/** What comes from the caller's side. */
export type RemoteInput =
  | { readonly type: "stdin"; readonly data: Uint8Array }
  | { readonly type: "endOfStdin" }
  | { readonly type: "resize"; readonly columns: number; readonly rows: number };

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

/** A new size of the caller's terminal, as JSON; `undefined` when it is none. */
export function terminalSize(text: string): RemoteInput | undefined {
  try {
    const { Width, Height } = JSON.parse(text) as { readonly Width?: unknown; readonly Height?: unknown };
    if (typeof Width !== "number" || typeof Height !== "number") return undefined;
    return { type: "resize", columns: Width, rows: Height };
  } catch {
    return undefined;
  }
}
