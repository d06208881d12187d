import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { SpdyConnection } from "../spdy/spdy-connection.ts";
import { socketLine } from "../spdy/spdy-line.ts";
import type { SpdyConversation } from "./exchange.ts";
import type { UpgradeRequest } from "./web-socket.ts";

const PROTOCOL_HEADER = "X-Stream-Protocol-Version";

/** How long the client may take to close after us. */
const CLOSE_WITHIN_MS = 2000;

export function isSpdyRequest({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "spdy/3.1";
}

/** The best protocol inside SPDY that both sides speak. */
export function agreedSpdyProtocol(
  { headers }: IncomingMessage,
  { protocols }: SpdyConversation,
): string | undefined {
  const offered = [headers[PROTOCOL_HEADER.toLowerCase()] ?? ""].flat().flatMap((each) => each.split(","));
  return protocols.find((each) => offered.some((offer) => offer.trim() === each));
}

/** Answer with a handshake and have the conversation. Ends with the socket closed; fails only in our own code. */
export async function converseOverSpdy(
  { socket, head }: UpgradeRequest,
  conversation: SpdyConversation,
  protocol: string,
): Promise<void> {
  socket.write(handshake(protocol));
  const connection = new SpdyConnection(socketLine(socket, head));
  try {
    await conversation.converse(connection, protocol);
    await connection.sayGoodbye();
  } finally {
    await close(socket);
  }
}

function handshake(protocol: string): string {
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Connection: Upgrade",
    "Upgrade: SPDY/3.1",
    `${PROTOCOL_HEADER}: ${protocol}`,
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** Closing for good at once could tear away what the client has not read yet. */
async function close(socket: Duplex): Promise<void> {
  if (socket.destroyed) return;
  const closed = once(socket, "close").catch(() => undefined);
  const deadline = setTimeout(() => socket.destroy(), CLOSE_WITHIN_MS);
  socket.end();
  socket.resume();
  await closed;
  clearTimeout(deadline);
}
