import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import {
  isTerminating,
  type KubeReader,
  labelSelectorText,
  type NodePort,
  nameOf,
  PODS,
} from "@heliostat/kube";

/** Which pods may answer, and on which port. */
export interface ForwardTarget {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly port: number;
}

/** A cluster and the way into its pods. */
export interface ForwardingPlace {
  readonly client: KubeReader;
  readonly nodePort: NodePort;
  /** Call `end` when forwarding is over. */
  onStop(end: () => void): void;
}

export interface Forwarding {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
}

/** Offer a pod's port on a free port of this machine's loopback; each connection looks for the pod anew. */
export async function forwardToPod(place: ForwardingPlace, target: ForwardTarget): Promise<Forwarding> {
  const server = createServer((socket) => {
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

async function connect(
  { client, nodePort }: ForwardingPlace,
  { namespace, labels, port }: ForwardTarget,
  socket: Socket,
): Promise<void> {
  const { items } = await client.list(PODS, { namespace, labelSelector: labelSelectorText(labels) });
  const pod = items.find((each) => !isTerminating(each)) ?? items[0];
  if (!pod)
    throw new Error(`Cannot forward to port ${port}: no pod has the labels ${labelSelectorText(labels)}`);
  const stream = await nodePort.connect(nameOf(pod), port);
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
