import { writeFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { NODE_IP, POD_PREFIX_LENGTH } from "../pod-network.ts";
import type { Door } from "../wire/messages.ts";
import { splice } from "../wire/splice.ts";
import { run } from "./run.ts";

/** Into which all pods are plugged. */
export const BRIDGE = "pods";

/**
 * Bring up the network of the node. What pods send elsewhere is answered with "unreachable" at once: without
 * forwarding the kernel would drop it, and every attempt to reach the internet would hang.
 */
export async function bringUpNetwork(): Promise<void> {
  await run("ip", ["-batch", "-"], NETWORK);
  await writeFile("/proc/sys/net/ipv4/ip_forward", "1");
}

const NETWORK = `
link set lo up
link add ${BRIDGE} type bridge
addr add ${NODE_IP}/${POD_PREFIX_LENGTH} dev ${BRIDGE}
link set ${BRIDGE} up
`;

/** Let pods reach heliostat at a port of the node. */
export function openDoor({ port, socket }: Door): Promise<void> {
  const server = createServer({ allowHalfOpen: true }, (pod) => {
    splice(pod, connect({ path: socket, allowHalfOpen: true }));
  });
  return new Promise((resolve, reject) => {
    server.on("error", reject).listen({ port, host: NODE_IP }, resolve);
  });
}

/** How long a pod may take to accept a connection. */
const CONNECT_TIMEOUT_MS = 5000;

/** Connect to a pod. @throws Error when nothing listens there */
export function connectToPod(ip: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: ip, port, allowHalfOpen: true });
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error("connection timed out")));
    socket.on("error", reject).on("connect", () => {
      socket.setTimeout(0);
      resolve(socket);
    });
  });
}
