import type { FastifyReply } from "fastify";

export interface SentLines {
  readonly lines: AsyncIterable<string>;
  /** Aborts when the caller has gone, or the server stops. */
  readonly signal: AbortSignal;
  /** The last line of a stream that fails. */
  readonly failureLine: (error: unknown) => string;
}

/** A stream whose headers go out before there is anything to say. It ends with a line that says why, if anything failed. */
export async function sendLines(
  reply: FastifyReply,
  { lines, signal, failureLine }: SentLines,
): Promise<void> {
  const { raw } = reply.hijack();
  raw.writeHead(200, { ...(reply.getHeaders() as OutgoingHeaders), "x-request-id": reply.request.id });
  raw.flushHeaders();
  try {
    for await (const line of lines) {
      if (signal.aborted) break;
      if (!raw.write(line)) await drained(raw, signal);
    }
  } catch (error) {
    if (!signal.aborted) raw.write(failureLine(error));
  } finally {
    raw.end();
  }
}

type OutgoingHeaders = Record<string, string | string[] | number>;

function drained(raw: FastifyReply["raw"], signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    raw.once("drain", resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
