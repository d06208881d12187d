import type { FastifyInstance, FastifyRequest } from "fastify";
import { ApiError } from "../errors/api-error.ts";

const SENT = new WeakMap<FastifyRequest, string>();
const BYTES = "application/octet-stream";

/**
 * Take any body as bytes, whatever it calls itself: grpc-gateway has one decoder for all, and curl sends JSON as a
 * form.
 */
export function takeAnyContentType(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(BYTES, { parseAs: "buffer" }, ({ headers }, body, done) => {
    const coding = headers["content-encoding"] ?? "identity";
    if (/^identity$/i.test(coding)) done(null, body);
    else done(unsupportedCoding(coding));
  });
  app.addHook("onRequest", (request, _reply, done) => {
    const sent = request.raw.headers["content-type"];
    if (sent !== undefined) SENT.set(request, sent);
    // Fastify refuses what is no media type before it looks for a parser.
    request.raw.headers["content-type"] = BYTES;
    done();
  });
}

/** Below `app` bodies are not read at all, but handed on as they come. */
export function takeBodiesAsStreams(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(BYTES, (_request, payload, done) => done(null, payload));
}

/** The content type that came with the request; `""` without one. */
export function sentContentType(request: FastifyRequest): string {
  return SENT.get(request) ?? "";
}

function unsupportedCoding(coding: string): ApiError {
  return new ApiError(
    "InvalidArgument",
    `Cannot read the body: it is in the encoding "${coding}". Send it as it is, without Content-Encoding`,
    { httpStatus: 415 },
  );
}

export function isForm(request: FastifyRequest): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(sentContentType(request));
}
