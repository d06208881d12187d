import type { Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";

/**
 * TLS over a connection, whoever answers: probes do not ask for a name (Kubernetes rule).
 *
 * @throws Error when the other side does not speak TLS
 */
export function securedSocket(socket: Socket, signal: AbortSignal): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) socket.destroy();
    signal.addEventListener("abort", () => socket.destroy(), { once: true });
    const secured = connect({ socket, rejectUnauthorized: false }, () => resolve(secured));
    secured.on("error", reject);
    secured.once("close", () => reject(new Error("remote error: tls: connection closed")));
  });
}
