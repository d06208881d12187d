import type { FastifyReply } from "fastify";
import type { Answer } from "../answers/answer.ts";

/**
 * Sends an answer, past the framework: it would add a charset to the type, and what it does for every other kind of
 * payload costs half as much as the whole answer.
 */
export function send(reply: FastifyReply, { status, body, headers }: Answer): FastifyReply {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  reply.hijack();
  reply.raw
    .writeHead(status, {
      "content-type": "application/json",
      "cache-control": "no-store",
      "content-length": bytes.length,
      "x-content-type-options": "nosniff",
      "x-request-id": reply.request.id,
      ...headers,
    })
    .end(bytes);
  return reply;
}
