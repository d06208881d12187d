import { type Message, toJson } from "@bufbuild/protobuf";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Calls } from "../calls/calls.ts";
import type { StreamMethod } from "../calls/stream-methods.ts";
import type { Streams } from "../calls/streams.ts";
import { apiErrorOf } from "../errors/status-of-error.ts";
import { credentialsOf, goneSignal } from "./gateway.ts";
import { requestMessage } from "./request-message.ts";
import { requestPath } from "./request-path.ts";
import { sendBytes } from "./send-bytes.ts";
import { statusBody } from "./status-body.ts";

export interface StreamRouteOptions {
  readonly streamMethods: readonly StreamMethod[];
  readonly streams: Streams;
  readonly calls: Calls;
  /** Aborts when the server stops: streams end. */
  readonly stopping: AbortSignal;
}

/** Streams over HTTP, a line for each message: `{"result":…}`, and `{"error":…}` at the end of one that fails. */
export function addStreamRoutes(
  app: FastifyInstance,
  { streamMethods, streams, calls, stopping }: StreamRouteOptions,
): void {
  for (const method of streamMethods) {
    const url = method.binding.path.replaceAll(/\{(\w+)\}/g, ":$1");
    app.get(url, (request, reply) => answer(method, request, reply));
  }

  async function answer(
    method: StreamMethod,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const gone = goneSignal(reply);
    const signal = AbortSignal.any([gone, stopping]);
    const caller = await calls.authenticate(credentialsOf(request), { signal });
    const { query } = requestPath(request.url);
    const variables = request.params as Readonly<Record<string, string>>;
    const message = requestMessage(method, { variables, query, body: undefined });
    const messages = await streams.open(method, message, { caller, signal, gone });
    reply.header("content-type", "application/json");
    await sendBytes(reply, { bytes: linesOf(method, messages), signal, failureText: failureLine });
    return reply;
  }
}

async function* linesOf({ output }: StreamMethod, messages: AsyncIterable<Message>): AsyncIterable<string> {
  for await (const message of messages)
    yield `${JSON.stringify({ result: toJson(output, message, { enumAsInteger: true }) })}\n`;
}

function failureLine(error: unknown): string {
  const { code, message } = apiErrorOf(error);
  return `{"error":${statusBody(code, message).toString()}}\n`;
}
