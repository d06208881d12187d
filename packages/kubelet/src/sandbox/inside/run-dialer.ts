import { connect } from "node:net";
import type { DialAnswer, DialRequest } from "./loopback-dialer.ts";

/*
 * Runs in the network of a pod: dials its loopback for the supervisor and hands over what answers.
 */

const ADDRESSES = ["127.0.0.1", "::1"];
const CONNECT_TIMEOUT_MS = 5000;

process.on("message", (request: DialRequest) => dial(request, ADDRESSES));
process.on("disconnect", () => process.exit());

function dial(request: DialRequest, [host, ...others]: readonly string[]): void {
  const { id, port } = request;
  const socket = connect({ ...(host !== undefined && { host }), port, allowHalfOpen: true });
  // What it says first is for whoever gets the connection.
  socket.pause();
  socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error("connection timed out")));
  socket.on("error", ({ message }) => {
    if (others.length > 0) dial(request, others);
    else tell({ id, why: message });
  });
  socket.on("connect", () => {
    socket.setTimeout(0);
    socket.removeAllListeners("error").on("error", () => undefined);
    process.send?.({ id } satisfies DialAnswer, socket);
  });
}

function tell(answer: DialAnswer): void {
  process.send?.(answer);
}
