import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import { type Channel, chunksOf, frame, framesOf } from "../wire/frames.ts";
import type { Control } from "../wire/messages.ts";
import type { Command } from "./command.ts";

/**
 * Carry a command's streams over a connection until it has ended: output outwards, input and control inwards, and the
 * ending as the last frame.
 */
export async function converse(
  socket: Socket,
  command: Command,
  onSignal: (name: "SIGTERM" | "SIGKILL") => void,
): Promise<void> {
  void listen(socket, command, onSignal);
  const outputs = [relay(command.stdout, "stdout", socket), relay(command.stderr, "stderr", socket)];
  const ending = await command.ending;
  await Promise.all(outputs.map((output) => output.finish()));
  socket.end(frame("control", JSON.stringify(ending)));
}

async function listen(
  socket: Socket,
  command: Command,
  onSignal: (name: "SIGTERM" | "SIGKILL") => void,
): Promise<void> {
  for await (const { channel, bytes } of framesOf(socket)) {
    if (channel === "stdin") {
      command.stdin?.write(bytes);
      continue;
    }
    const control = JSON.parse(bytes.toString()) as Control;
    switch (control.say) {
      case "signal":
        onSignal(control.name);
        break;
      case "endInput":
        command.stdin?.end();
        break;
      case "resize":
        await command.resize(control.columns, control.rows).catch(ignoreEndedTerminal);
    }
  }
}

/** The size of a terminal that has just been closed matters to nobody. */
function ignoreEndedTerminal(): void {}

interface Relay {
  /** Wait until everything is sent that the command wrote before it ended. */
  finish(): Promise<void>;
}

/** How long an ended command's output may be silent before what holds it open is taken for a process left behind. */
const SILENCE_MS = 250;

function relay(source: Readable, channel: Channel, socket: Socket): Relay {
  let pace: "waiting" | "moving" | "held up" = "moving";
  const done = (async () => {
    for await (const chunk of chunksOf(source)) {
      pace = "held up";
      if (!socket.write(frame(channel, chunk))) await room(socket);
      pace = "moving";
    }
  })();
  return { finish };

  async function finish(): Promise<void> {
    const watch = setInterval(() => {
      if (pace === "waiting") source.destroy();
      if (pace === "moving") pace = "waiting";
    }, SILENCE_MS);
    await done;
    clearInterval(watch);
  }
}

function room(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) {
      resolve();
      return;
    }
    socket.on("drain", done).on("close", done);
    function done(): void {
      socket.off("drain", done).off("close", done);
      resolve();
    }
  });
}
