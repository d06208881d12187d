import type { FastifyReply } from "fastify";
import type { Answer } from "../answers/answer.ts";

/** Sends an answer. Bytes and not text, since the framework would add a charset to the type. */
export function send(reply: FastifyReply, { status, body, headers }: Answer): FastifyReply {
  reply.code(status);
  reply.header("content-type", "application/json");
  reply.header("cache-control", "no-store");
  reply.header("x-content-type-options", "nosniff");
  reply.header("x-request-id", reply.request.id);
  if (headers) reply.headers(headers);
  return reply.send(Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)));
}
