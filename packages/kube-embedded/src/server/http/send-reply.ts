import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type IncomingHttpHeaders, ServerResponse } from "node:http";
import type { Http2ServerResponse } from "node:http2";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import type { Reply } from "./exchange.ts";

export type HttpResponse = ServerResponse | Http2ServerResponse;

export interface SendOptions {
  /** Of the request that is answered. */
  readonly headers: IncomingHttpHeaders;
  /** Aborts when nobody reads any more. */
  readonly signal: AbortSignal;
}

/** Write a reply. Resolves when all of it is on its way. @throws Error when the caller goes away before that */
export async function sendReply(response: HttpResponse, reply: Reply, options: SendOptions): Promise<void> {
  response.statusCode = reply.status;
  for (const [name, value] of Object.entries(commonHeaders(reply))) response.setHeader(name, value);
  const { body } = reply;
  if (typeof body === "string") await sendWhole(response, Buffer.from(body), options);
  else if (Buffer.isBuffer(body)) await sendWhole(response, body, options);
  else if (isParts(body)) await sendWhole(response, Buffer.from(body.join("")), options);
  else await sendLive(response, body, options.signal);
}

/** Kubernetes rule: from this size on it is worth the work. */
const GZIP_FROM_BYTES = 128 * 1024;

/** A long body leaves in slices, each as the line takes it. */
const SLICE_BYTES = 64 * 1024;

const compressed = promisify(gzip);

function commonHeaders(reply: Reply): Record<string, string | readonly string[]> {
  return {
    "Audit-Id": randomUUID(),
    "Cache-Control": "no-cache, private",
    "Content-Type": reply.contentType,
    ...reply.headers,
  };
}

function isParts(body: Reply["body"]): body is readonly string[] {
  return Array.isArray(body);
}

async function sendWhole(
  response: HttpResponse,
  body: Buffer,
  { headers, signal }: SendOptions,
): Promise<void> {
  if (response.statusCode === 204 || response.statusCode === 304) {
    response.end();
    return;
  }
  const isCompressed = body.length >= GZIP_FROM_BYTES && acceptsGzip(headers);
  const sent = isCompressed ? await compressed(body, { level: constants.Z_BEST_SPEED }) : body;
  if (isCompressed) {
    response.setHeader("Content-Encoding", "gzip");
    response.setHeader("Vary", "Accept-Encoding");
  }
  response.setHeader("Content-Length", sent.length);
  for (let start = 0; start + SLICE_BYTES < sent.length; start += SLICE_BYTES) {
    await write(response, sent.subarray(start, start + SLICE_BYTES), signal);
  }
  response.end(sent.subarray(lastSliceStart(sent.length)));
}

function lastSliceStart(length: number): number {
  return length === 0 ? 0 : Math.floor((length - 1) / SLICE_BYTES) * SLICE_BYTES;
}

/** The headers go out before the first part exists: whoever watches waits for them, not for news. */
async function sendLive(
  response: HttpResponse,
  body: AsyncIterable<string | Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  if (response instanceof ServerResponse) response.flushHeaders();
  else response.writeHead(response.statusCode);
  for await (const part of body) await write(response, part, signal);
  response.end();
}

/** Resolves when there is room for more: a caller that reads slowly is served slowly. */
async function write(response: HttpResponse, part: string | Uint8Array, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const writable: NodeJS.WritableStream = response;
  if (!writable.write(part)) await once(response, "drain", { signal });
}

function acceptsGzip(headers: IncomingHttpHeaders): boolean {
  return /\bgzip\b/.test([headers["accept-encoding"] ?? ""].join());
}
