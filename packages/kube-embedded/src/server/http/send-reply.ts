import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type IncomingHttpHeaders, ServerResponse } from "node:http";
import type { Http2ServerResponse } from "node:http2";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import type { Reply } from "./exchange.ts";
import type { RequestLife } from "./request-life.ts";

export type HttpResponse = ServerResponse | Http2ServerResponse;

export interface SendOptions {
  /** Of the request that is answered. */
  readonly headers: IncomingHttpHeaders;
  /** Ends when nobody reads any more. */
  readonly life: RequestLife;
}

/** Write a reply. Resolves when all of it is on its way. @throws Error when the caller goes away before that */
export async function sendReply(response: HttpResponse, reply: Reply, options: SendOptions): Promise<void> {
  const { body } = reply;
  if (typeof body === "string") await sendWhole(response, { reply, body: Buffer.from(body) }, options);
  else if (Buffer.isBuffer(body)) await sendWhole(response, { reply, body }, options);
  else if (isParts(body)) await sendWhole(response, { reply, body: Buffer.from(body.join("")) }, options);
  else await sendLive(response, { reply, body }, options);
}

/** Kubernetes rule: from this size on it is worth the work. */
const GZIP_FROM_BYTES = 128 * 1024;

/** A long body leaves in slices, each as the line takes it. */
const SLICE_BYTES = 64 * 1024;

const compressed = promisify(gzip);

function isParts(body: Reply["body"]): body is readonly string[] {
  return Array.isArray(body);
}

async function sendWhole(
  response: HttpResponse,
  { reply, body }: { readonly reply: Reply; readonly body: Buffer },
  options: SendOptions,
): Promise<void> {
  if (reply.status === 204 || reply.status === 304) {
    begin(response, reply, []);
    response.end();
    return;
  }
  const isCompressed = body.length >= GZIP_FROM_BYTES && acceptsGzip(options.headers);
  const sent = isCompressed ? await compressed(body, { level: constants.Z_BEST_SPEED }) : body;
  const encoding = isCompressed ? ["Content-Encoding", "gzip", "Vary", "Accept-Encoding"] : [];
  begin(response, reply, [...encoding, "Content-Length", String(sent.length)]);
  for (let start = 0; start + SLICE_BYTES < sent.length; start += SLICE_BYTES) {
    await write(response, sent.subarray(start, start + SLICE_BYTES), options.life);
  }
  response.end(sent.subarray(lastSliceStart(sent.length)));
}

type HeaderValue = string | readonly string[];

/** Names and values in turn, `more` behind those that every reply has. */
function begin(response: HttpResponse, reply: Reply, more: readonly string[]): void {
  const headers: HeaderValue[] = [
    ...["Audit-Id", randomUUID(), "Cache-Control", "no-cache, private", "Content-Type", reply.contentType],
    ...more,
  ];
  // Together they need no table by name; only what a reply brings along may replace one of ours.
  if (response instanceof ServerResponse && reply.headers === undefined) {
    response.writeHead(reply.status, headers as string[]);
    return;
  }
  response.statusCode = reply.status;
  for (const [name, value] of Object.entries(reply.headers ?? {})) headers.push(name, value);
  for (let at = 0; at < headers.length; at += 2)
    response.setHeader(String(headers[at]), headers[at + 1] ?? "");
}

function lastSliceStart(length: number): number {
  return length === 0 ? 0 : Math.floor((length - 1) / SLICE_BYTES) * SLICE_BYTES;
}

/** The headers go out before the first part exists: whoever watches waits for them, not for news. */
async function sendLive(
  response: HttpResponse,
  { reply, body }: { readonly reply: Reply; readonly body: AsyncIterable<string | Uint8Array> },
  { life }: SendOptions,
): Promise<void> {
  begin(response, reply, []);
  if (response instanceof ServerResponse) response.flushHeaders();
  else response.writeHead(response.statusCode);
  for await (const part of body) await write(response, part, life);
  response.end();
}

/** Resolves when there is room for more: a caller that reads slowly is served slowly. */
async function write(
  response: HttpResponse,
  part: string | Uint8Array,
  { signal }: RequestLife,
): Promise<void> {
  signal.throwIfAborted();
  const writable: NodeJS.WritableStream = response;
  if (!writable.write(part)) await once(response, "drain", { signal });
}

function acceptsGzip(headers: IncomingHttpHeaders): boolean {
  return /\bgzip\b/.test([headers["accept-encoding"] ?? ""].join());
}
