import type { Socket } from "node:net";
import type { PassThrough, Writable } from "node:stream";
import { frame, framesOf } from "../wire/frames.ts";
import type { Control, Ending } from "../wire/messages.ts";

/** A command inside a pod, at the far end of a connection. */
export interface RemoteCommand {
  readonly ended: Promise<Ending>;
  write(chunk: Uint8Array): void;
  /** Resolves when there is room for more input. */
  drained(): Promise<void>;
  tell(control: Control): void;
  hangUp(): void;
}

/** Where a command's output goes. `push` resolves when there is room for more. */
export interface OutputSink {
  push(stream: "stdout" | "stderr", bytes: Uint8Array): Promise<void>;
  end(): void;
}

/** Take over a connection on which a command has just been started. */
export function remoteCommand(socket: Socket, sink: OutputSink): RemoteCommand {
  return {
    ended: receive(socket, sink),
    write: (chunk) => void socket.write(frame("stdin", chunk)),
    drained: () => room(socket),
    tell: (control) => void socket.write(frame("control", JSON.stringify(control))),
    hangUp: () => void socket.destroy(),
  };
}

async function receive(socket: Socket, sink: OutputSink): Promise<Ending> {
  let ending = LOST;
  for await (const { channel, bytes } of framesOf(socket)) {
    if (channel === "stdout" || channel === "stderr") await sink.push(channel, bytes);
    if (channel === "control") ending = JSON.parse(bytes.toString()) as Ending;
  }
  sink.end();
  socket.destroy();
  return ending;
}

/** When the supervisor is gone, so is everything that ran in its namespaces: killed. */
const LOST: Ending = { exitCode: 137, signal: 9 };

/** Hand something to a reader that may be slow, or have stopped reading: then it is dropped. */
export async function pushTo(reader: PassThrough, item: unknown): Promise<void> {
  if (!reader.destroyed && !reader.write(item)) await room(reader);
}

/** Resolves when there is room for more, or no more will be taken. */
export function room(writable: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (writable.destroyed || !writable.writableNeedDrain) {
      resolve();
      return;
    }
    writable.on("drain", done).on("close", done);
    function done(): void {
      writable.off("drain", done).off("close", done);
      resolve();
    }
  });
}
