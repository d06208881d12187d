import type { IncomingHttpHeaders } from "node:http";
import type { Duplex } from "node:stream";
import type { ByteStream } from "@heliostat/kube";
import type { ApiRequest, Tunnel } from "../http/exchange.ts";
import { byteStreamSocket } from "./byte-stream-socket.ts";

export interface TunnelledRequest extends Pick<ApiRequest, "method" | "headers"> {
  /** Path and query as the pod shall see them. */
  readonly path: string;
}

/**
 * Pass a request that wants to leave HTTP on to a pod and then every byte, both ways: what is spoken from there on,
 * the pod's own answer included, is between the two.
 */
export function httpTunnel(connection: ByteStream, request: TunnelledRequest): Tunnel {
  return {
    async carry(socket, head) {
      connection.write(Buffer.from(requestHead(request), "latin1"));
      connection.write(head);
      await joined(socket, byteStreamSocket(connection));
    },
  };
}

/** Resolves when the caller's side has closed. A side that breaks off takes the other with it. */
function joined(caller: Duplex, pod: Duplex): Promise<void> {
  forward(caller, pod);
  forward(pod, caller);
  return new Promise((resolve) => caller.once("close", resolve));
}

function forward(from: Duplex, to: Duplex): void {
  from.pipe(to);
  from.on("error", () => to.destroy());
  from.once("close", () => {
    if (!from.readableEnded) to.destroy();
  });
}

function requestHead({ method, path, headers }: TunnelledRequest): string {
  const lines = Object.entries(headers).flatMap(([name, value]) => headerLines(name, value));
  return [`${method} ${path} HTTP/1.1`, ...lines, "", ""].join("\r\n");
}

function headerLines(name: string, value: IncomingHttpHeaders[string]): readonly string[] {
  return [value ?? []].flat().map((text) => `${name}: ${text}`);
}
