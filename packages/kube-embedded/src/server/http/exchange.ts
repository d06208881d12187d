import type { IncomingHttpHeaders } from "node:http";
import type { Duplex, Readable } from "node:stream";
import type { UserInfo } from "../../api/kube-api.ts";
import type { SpdyConnection } from "../spdy/spdy-connection.ts";

/** One request as the handlers see it: nothing of sockets and protocols. */
export interface ApiRequest {
  readonly method: string;
  /** Still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The query as it was written, with its question mark; empty when there is none. */
  readonly search: string;
  readonly headers: IncomingHttpHeaders;
  readonly user: UserInfo;
  /** Whether a change of what is not there may create it. @default true */
  readonly canCreate?: boolean;
  /** Aborts when the caller goes away or the server closes. */
  readonly signal: AbortSignal;
  /** @throws KubeError `RequestEntityTooLarge` */
  body(): Promise<Buffer>;
  /** The same as it comes, of any length, for who passes it on. */
  bodyStream(): Readable;
}

/** What to answer. Handlers make it; only `sendReply` writes it. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body: ReplyBody;
}

/** A text, bytes, a text in parts (a long list), or a stream that is sent as it comes, its headers at once. */
type ReplyBody = string | Buffer | readonly string[] | AsyncIterable<string | Uint8Array>;

/** The other kind of answer: leave HTTP. */
export type Upgrade = Conversation | Tunnel;

/** Go on as a WebSocket, or, for older clients, with SPDY. */
export interface Conversation {
  /** Subprotocols that are spoken here, best first; an empty one is for clients that name none. */
  readonly subprotocols: readonly string[];
  /** Resolves when the conversation is over; the socket is closed then. */
  converse(socket: MessageSocket): Promise<void>;
  /** @default SPDY is not spoken */
  readonly spdy?: SpdyConversation;
}

export interface SpdyConversation {
  /** What `X-Stream-Protocol-Version` may ask for, best first. */
  readonly protocols: readonly string[];
  /** Resolves when the conversation is over; the connection is closed then. */
  converse(connection: SpdyConnection, protocol: string): Promise<void>;
}

/** Hand the caller's bytes to somebody else, who answers the handshake too. */
export interface Tunnel {
  /** Takes the socket over and resolves when it has ended; `head` has been read from it already. */
  carry(socket: Duplex, head: Buffer): Promise<void>;
}

export type Answer = Reply | Upgrade;

export function isUpgrade(answer: Answer): answer is Upgrade {
  return "converse" in answer || "carry" in answer;
}

/** A WebSocket, as far as the conversations need one. */
export interface MessageSocket {
  readonly subprotocol: string;
  /** Aborts when the other side is gone. */
  readonly signal: AbortSignal;
  readonly messages: AsyncIterable<Buffer>;
  /** Resolves when the message has left: whoever waits for it sends no faster than the line. A text goes as text. */
  send(message: Buffer | string): Promise<void>;
}

export const JSON_TYPE = "application/json";
export const YAML_TYPE = "application/yaml";

export function jsonReply(value: unknown, status = 200): Reply {
  return { status, contentType: JSON_TYPE, body: JSON.stringify(value) };
}

export function textReply(text: string, status = 200): Reply {
  return { status, contentType: "text/plain; charset=utf-8", body: text };
}

/** Kubernetes answers with plain text, and not with a Status, where it serves nothing at all. */
export function unknownPathReply(): Reply {
  return textReply("404 page not found\n", 404);
}
