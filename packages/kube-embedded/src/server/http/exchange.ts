import type { IncomingHttpHeaders } from "node:http";
import type { UserInfo } from "../../api/kube-api.ts";

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
}

/** What to answer. Handlers make it; only `sendReply` writes it. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body: ReplyBody;
}

/** A text, a text in parts (a long list), or a stream that is sent as it comes, its headers at once. */
type ReplyBody = string | readonly string[] | AsyncIterable<string | Uint8Array>;

/** The other kind of answer: go on as a WebSocket. */
export interface Upgrade {
  /** Subprotocols that are spoken here, best first. */
  readonly subprotocols: readonly string[];
  /** Resolves when the conversation is over; the socket is closed then. */
  converse(socket: MessageSocket): Promise<void>;
}

export type Answer = Reply | Upgrade;

export function isUpgrade(answer: Answer): answer is Upgrade {
  return "converse" in answer;
}

/** A WebSocket, as far as the conversations need one. */
export interface MessageSocket {
  readonly subprotocol: string;
  /** Aborts when the other side is gone. */
  readonly signal: AbortSignal;
  readonly messages: AsyncIterable<Buffer>;
  /** Resolves when the message has left: whoever waits for it sends no faster than the line. */
  send(message: Buffer): Promise<void>;
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
