import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { isTerminating, labelSelectorText, nameOf, PODS } from "@heliostat/kube";
import type { Laptop } from "./laptop.ts";

/** Which pods may answer, and on which port. */
export interface ForwardTarget {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly port: number;
}

export interface Forwarding {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
}

/** Offer a pod's port on a free port of this machine's loopback; each connection looks for the pod anew. */
export async function forwardToPod(laptop: Laptop, target: ForwardTarget): Promise<Forwarding> {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    connect(laptop, target, socket).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  laptop.onStop(() => closeAll(server));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function connect(
  laptop: Laptop,
  { namespace, labels, port }: ForwardTarget,
  socket: Socket,
): Promise<void> {
  const { items } = await laptop.client.list(PODS, { namespace, labelSelector: labelSelectorText(labels) });
  const pod = items.find((each) => !isTerminating(each)) ?? items[0];
  if (!pod)
    throw new Error(`Cannot forward to port ${port}: no pod has the labels ${labelSelectorText(labels)}`);
  const stream = await laptop.nodePort.connect(nameOf(pod), port);
  socket.on("data", (chunk) => stream.write(chunk));
  socket.on("end", () => stream.end());
  socket.on("close", () => stream.destroy());
  for await (const chunk of stream.output) {
    if (!socket.write(chunk)) await new Promise((resolve) => socket.once("drain", resolve));
  }
  socket.end();
}

function closeAll(server: Server): void {
  server.close();
}
