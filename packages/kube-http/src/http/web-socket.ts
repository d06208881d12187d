import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { WebSocket } from "ws";
import { statusError } from "../errors/status-error.ts";

export interface WebSocketRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** The best first. */
  readonly protocols: readonly string[];
  /** Connected, with TLS done. */
  readonly socket: Socket;
  readonly signal?: AbortSignal | undefined;
  /** Is there from the first message on; none is lost while the handshake ends. */
  readonly onMessage: (message: Buffer) => void;
}

/** An open WebSocket. */
export interface WebSocketStream {
  /** What both sides agreed to speak. */
  readonly protocol: string;
  /** Resolves once it is closed, by whomever; never rejected. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  send(message: Uint8Array): void;
  close(): void;
  /** Hold the sender back, and let it go on. */
  pause(): void;
  resume(): void;
}

const NORMAL_CLOSURE = 1000;
const HANDSHAKE_WITHIN_MS = 20_000;
const PING_EVERY_MS = 20_000;

/** @throws KubeError when the server refuses; Error of Node's when it is not reached */
export async function openWebSocket(request: WebSocketRequest): Promise<WebSocketStream> {
  const { url, headers, protocols, socket, signal, onMessage } = request;
  const webSocket = new WebSocket(url, [...protocols], {
    headers,
    perMessageDeflate: false,
    handshakeTimeout: HANDSHAKE_WITHIN_MS,
    createConnection: () => socket,
  });
  webSocket.on("message", (data) => onMessage(data as Buffer));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    webSocket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  const terminate = (): void => webSocket.terminate();
  signal?.addEventListener("abort", terminate, { once: true });
  webSocket.once("close", () => signal?.removeEventListener("abort", terminate));
  await opened(webSocket);
  webSocket.on("error", terminate);
  keepAlive(webSocket);
  return {
    protocol: webSocket.protocol,
    closed,
    send: (message) => {
      if (webSocket.readyState === WebSocket.OPEN) webSocket.send(message, { binary: true }, ignore);
    },
    close: () => webSocket.close(NORMAL_CLOSURE),
    pause: () => webSocket.pause(),
    resume: () => webSocket.resume(),
  };
}

function opened(webSocket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    webSocket.once("open", resolve);
    webSocket.on("error", reject);
    webSocket.once("unexpected-response", (_request, response: IncomingMessage) => {
      refusalOf(response).then(reject, reject);
    });
  });
}

async function refusalOf(response: IncomingMessage): Promise<Error> {
  const body = await text(response);
  response.socket.destroy();
  return statusError({ code: response.statusCode ?? 0, body });
}

/** Balancers cut what is silent; a shell may be silent for long. */
function keepAlive(webSocket: WebSocket): void {
  const timer = setInterval(() => webSocket.ping(ignore), PING_EVERY_MS);
  webSocket.once("close", () => clearInterval(timer));
}

function ignore(): void {}
