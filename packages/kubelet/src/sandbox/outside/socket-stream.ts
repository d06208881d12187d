import type { Socket } from "node:net";
import type { ByteStream } from "@heliostat/kube";
import { chunksOf } from "../wire/frames.ts";
import { room } from "./remote-command.ts";

/** A connection as the other rooms know it. */
export function socketStream(socket: Socket): ByteStream {
  return {
    output: chunksOf(socket),
    write: (chunk) => void socket.write(chunk),
    drained: () => room(socket),
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
  };
}
