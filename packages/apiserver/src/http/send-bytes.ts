import type { FastifyReply } from "fastify";
import { untilDrained } from "../until-drained.ts";

export interface SentBytes {
  readonly bytes: AsyncIterable<string | Uint8Array>;
  /** Aborts when the caller has gone, or the server stops: then the answer ends where it is. */
  readonly signal: AbortSignal;
  /** What to say at the end of a stream that fails. @default nothing: the connection breaks, lest it look complete */
  readonly failureText?: (error: unknown) => string;
}

/** An answer that goes out as it comes, its headers before there is anything to say. */
export async function sendBytes(
  reply: FastifyReply,
  { bytes, signal, failureText }: SentBytes,
): Promise<void> {
  const { raw } = reply.hijack();
  const headers = reply.getHeaders() as OutgoingHeaders;
  raw.writeHead(reply.statusCode, { ...headers, "x-request-id": reply.request.id });
  raw.flushHeaders();
  try {
    for await (const chunk of bytes) {
      if (signal.aborted) break;
      if (!raw.write(chunk)) await untilDrained(raw, signal);
    }
  } catch (error) {
    if (!signal.aborted) {
      if (failureText === undefined) return void raw.destroy();
      raw.write(failureText(error));
    }
  }
  end(raw, signal);
}

/** Who does not read what he asked for is not waited for when the server stops. */
function end(raw: FastifyReply["raw"], signal: AbortSignal): void {
  if (signal.aborted && raw.writableNeedDrain) raw.destroy();
  else raw.end();
}

type OutgoingHeaders = Record<string, string | string[] | number>;
