import { request as httpRequest, type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { credentialsOf } from "../http/gateway.ts";
import { kubeErrorOf } from "../kube-api/kube-status.ts";
import { headersPassedOn, pathBehind, reachService, type ServiceProxyOptions } from "./reach-service.ts";

/** Connections that leave HTTP. Whoever wants to leave elsewhere is answered as if he did not. */
export interface Upgrades {
  accepts(message: IncomingMessage): boolean;
  /** Takes the socket over; `head` has been read from it already. Never throws. */
  carry(message: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/**
 * WebSockets to what the service proxy reaches: the tail of a job's log, and Serve applications that speak it. The
 * handshake is the service's own; after it bytes pass as they are.
 */
export function serviceWebSockets(options: ServiceProxyOptions): Upgrades {
  return {
    accepts: ({ url = "", headers }) => /^websocket$/i.test(headers.upgrade ?? "") && SERVICE_PATH.test(url),
    carry(message, socket, head) {
      socket.on("error", () => socket.destroy());
      carried({ message, socket, head }, options).catch((error: unknown) => {
        const { code, message: why } = kubeErrorOf(error);
        refuse({ message, socket, head }, code, why);
      });
    },
  };
}

const SERVICE_PATH = /^\/api\/v1\/namespaces\/[^/?]*\/services\/[^/?]*\/proxy(?:[/?]|$)/;

interface Upgrade {
  readonly message: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

async function carried(upgrade: Upgrade, options: ServiceProxyOptions): Promise<void> {
  const { message, socket } = upgrade;
  const { url = "", headers } = message;
  const gone = new AbortController();
  socket.once("close", () => gone.abort());
  const signal = AbortSignal.any([gone.signal, options.stopping]);
  const credentials = credentialsOf({ raw: message, headers });
  const connection = await reachService({ method: "GET", url, credentials, signal }, options);
  const sent = httpRequest({
    method: "GET",
    path: pathBehind(url),
    headers: { ...headersPassedOn(message), host: "localhost", connection: "Upgrade", upgrade: "websocket" },
    createConnection: () => connection,
    signal,
  });
  sent.once("upgrade", (answer, behind, first) => join(upgrade, { answer, behind, first }));
  sent.once("response", (answer) =>
    refuse(upgrade, answer.statusCode ?? 502, "the service does not upgrade"),
  );
  sent.once("error", () => {
    connection.destroy();
    refuse(upgrade, 503, "Cannot reach the service: the connection broke before it answered");
  });
  sent.end();
  options.stopping.addEventListener("abort", () => socket.destroy(), { once: true });
}

interface Upgraded {
  readonly answer: IncomingMessage;
  readonly behind: Duplex;
  readonly first: Buffer;
}

function join({ socket, head }: Upgrade, { answer, behind, first }: Upgraded): void {
  const lines = answer.rawHeaders.flatMap((name, index, all) =>
    index % 2 === 0 ? [`${name}: ${all[index + 1]}`] : [],
  );
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n")}\r\n\r\n`);
  if (first.length > 0) socket.write(first);
  if (head.length > 0) behind.write(head);
  behind.on("error", () => socket.destroy());
  behind.once("close", () => socket.destroy());
  socket.once("close", () => behind.destroy());
  socket.pipe(behind).pipe(socket);
}

/** Plain text, as all of the service proxy's refusals; the connection ends with it. */
function refuse({ message, socket }: Upgrade, code: number, why: string): void {
  if (socket.destroyed) return;
  const response = new ServerResponse(message);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  response.once("finish", () => socket.end());
  response.writeHead(code, {
    "content-type": "text/plain; charset=utf-8",
    ...(code === 401 && { "www-authenticate": "Bearer" }),
  });
  response.end(why);
}
