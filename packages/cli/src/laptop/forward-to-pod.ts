import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import { connectToPod, duplexOf, type PodPlace, type PodTarget } from "./pod-connection.ts";

/** A cluster, and until when its ports are offered. */
export interface ForwardingPlace extends PodPlace {
  /** Call `end` when forwarding is over. */
  onStop(end: () => void): void;
}

export interface Forwarding {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
}

/** Offer a pod's port on a free port of this machine's loopback; each connection looks for the pod anew. */
export async function forwardToPod(place: ForwardingPlace, target: PodTarget): Promise<Forwarding> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    connect(place, target, socket).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  place.onStop(() => closeAll(server));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function connect(place: PodPlace, target: PodTarget, socket: Socket): Promise<void> {
  await pipeline(socket, duplexOf(await connectToPod(place, target)), socket);
}

function closeAll(server: Server): void {
  server.close();
}
