import { on } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Conversation, MessageSocket } from "./exchange.ts";

/** What an upgrade request comes with. */
export interface UpgradeRequest {
  readonly message: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** More than any client sends in one message. */
const MAX_MESSAGE_BYTES = 1024 * 1024;

const NORMAL_CLOSURE = 1000;
const INTERNAL_ERROR = 1011;

export function isWebSocketRequest({ headers }: Pick<IncomingMessage, "headers">): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

/** The best subprotocol that both sides speak; empty when the client names none and need not. */
export function agreedSubprotocol(
  { headers }: IncomingMessage,
  { subprotocols }: Conversation,
): string | undefined {
  const offered = (headers["sec-websocket-protocol"] ?? "").split(",").map((each) => each.trim());
  return subprotocols.find((each) => offered.includes(each));
}

/** Answer with a handshake and have the conversation. Ends with the socket closed; fails only in our own code. */
export async function converseOverWebSocket(
  { message, socket, head }: UpgradeRequest,
  conversation: Conversation,
  subprotocol: string,
): Promise<void> {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  answerSubprotocol(server, message, subprotocol);
  const webSocket = await new Promise<WebSocket>((resolve) =>
    server.handleUpgrade(message, socket, head, resolve),
  );
  const gone = new AbortController();
  webSocket.once("close", () => gone.abort());
  webSocket.on("error", () => webSocket.terminate());
  try {
    await conversation.converse(messageSocket(webSocket, { subprotocol, signal: gone.signal }));
    webSocket.close(NORMAL_CLOSURE);
  } catch (error) {
    const isGone = gone.signal.aborted;
    webSocket.close(INTERNAL_ERROR);
    if (!isGone) throw error;
  }
}

/** Kubernetes has subprotocols with a slash in their name, which the library would refuse: it does not get to see them. */
function answerSubprotocol(server: WebSocketServer, message: IncomingMessage, subprotocol: string): void {
  const { "sec-websocket-protocol": _agreed, ...headers } = message.headers;
  message.headers = headers;
  if (subprotocol === "") return;
  server.on("headers", (lines) => lines.push(`Sec-WebSocket-Protocol: ${subprotocol}`));
}

function messageSocket(
  webSocket: WebSocket,
  identity: Pick<MessageSocket, "subprotocol" | "signal">,
): MessageSocket {
  return {
    ...identity,
    messages: messagesOf(webSocket),
    send: (message) =>
      new Promise((resolve, reject) =>
        webSocket.send(message, { binary: typeof message !== "string" }, (error) =>
          error ? reject(error) : resolve(),
        ),
      ),
  };
}

/** Begins to collect at once, and holds the sender back when too much has been collected. */
function messagesOf(webSocket: WebSocket): AsyncIterable<Buffer> {
  const events = on(webSocket, "message", { close: ["close"], highWaterMark: 64, lowWaterMark: 16 });
  return {
    async *[Symbol.asyncIterator]() {
      for await (const [data] of events as AsyncIterable<[Buffer]>) yield data;
    },
  };
}
