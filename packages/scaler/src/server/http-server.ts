import type { Authenticator, Caller, Credentials } from "@heliostat/identity";
import type { Clock, Logger, Random } from "@heliostat/kube";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { RateLimiter } from "../access/rate-limiter.ts";
import { unauthenticated } from "../access/strangers.ts";
import { type Answer, ScalerError } from "../answers/answer.ts";
import { openApiDocument } from "../openapi/openapi-document.ts";
import type { Call, Ground } from "../operations/operation.ts";
import { OPERATIONS } from "../operations/operations.ts";
import { addPage } from "../page/docs-page.ts";
import type { Route } from "../routes/route.ts";
import { ROUTES } from "../routes/route-table.ts";
import { answerError } from "./answer-error.ts";
import { credentialsOf } from "./credentials.ts";
import type { ScalerMetrics } from "./metrics.ts";
import { BODY_BYTES_MAX, bodyOf, type RawBody, rawJson } from "./read-body.ts";
import { allowedMethods, fastifyPath } from "./route-paths.ts";
import { send } from "./send.ts";

export interface HttpServerOptions {
  readonly ground: Ground;
  readonly authenticator: Authenticator;
  readonly metrics: ScalerMetrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

const REQUESTS_PER_MINUTE = 600;
const NAME_LENGTH_MAX = 512;

/** The service behind HTTP: every route of the table, and what belongs to a service beside it. */
export function httpServer(options: HttpServerOptions): FastifyInstance {
  const { random, metrics, logger } = options;
  const app = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    routerOptions: { maxParamLength: NAME_LENGTH_MAX },
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    genReqId: ({ headers }) => requestId(headers["x-request-id"]) ?? random.uuid(),
    frameworkErrors: (error, _, reply) => send(reply as FastifyReply, answerError(error, undefined)),
    clientErrorHandler: (error, socket) => refuseUnreadable(error, socket),
  });
  readBodies(app);
  app.setErrorHandler((error, request, reply) => {
    // The framework wants a body of some methods before it finds that no route knows them.
    if (!isServed(request)) return send(reply, notServed(request, metrics));
    if (isOurs(error)) logger.error("Request failed", { id: reply.request.id, error });
    return send(reply, answerError(error, undefined));
  });
  app.setNotFoundHandler((request, reply) => send(reply, notServed(request, metrics)));
  const perMinute = options.ground.settings.requestsPerMinute ?? REQUESTS_PER_MINUTE;
  const limiter = new RateLimiter(options.clock, perMinute);
  for (const route of ROUTES) addRoute(app, route, { ...options, limiter });
  app.get("/metrics", async (_, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  const document = Buffer.from(JSON.stringify(openApiDocument()));
  app.get("/openapi.json", (_, reply) => send(reply, { status: 200, body: document }));
  addPage(app);
  return app;
}

declare module "fastify" {
  interface FastifyRequest {
    /** Who calls, once that is known. */
    caller: Caller | undefined;
    credentials: Credentials;
  }
}

function addRoute(
  app: FastifyInstance,
  route: Route,
  options: HttpServerOptions & { limiter: RateLimiter },
): void {
  const { authenticator, clock, metrics, logger, limiter } = options;
  const identify = async (request: FastifyRequest): Promise<void> => {
    request.credentials = credentialsOf(request.raw, route.surface);
    const { bearer, apiKey } = request.credentials;
    if (bearer !== undefined || apiKey !== undefined)
      request.caller = await authenticator.authenticate(request.credentials);
    const { caller, ip } = request;
    const waitSeconds = limiter.take(caller ? `caller ${caller.name}` : `address ${ip}`);
    if (waitSeconds > 0) throw rateLimited(waitSeconds);
  };
  app.route({
    method: [...route.methods],
    url: fastifyPath(route.path),
    ...(route.surface !== "open" && { onRequest: identify }),
    handler: async (request, reply) => {
      const beganMs = clock.now();
      const answer = await answered(route, request, options);
      metrics.answered({ method: request.method, route: route.path, status: answer.status });
      metrics.took(route.path, clock.now() - beganMs);
      if (request.method !== "GET" && request.method !== "HEAD")
        logger.info("Answered", { id: request.id, path: request.url, status: answer.status });
      return send(reply, answer);
    },
    errorHandler: (error, request, reply) => {
      if (isOurs(error)) logger.error("Request failed", { id: request.id, error });
      const answer = answerError(error, route);
      metrics.answered({ method: request.method, route: route.path, status: answer.status });
      return send(reply, answer);
    },
  });
}

async function answered(
  route: Route,
  request: FastifyRequest,
  { ground }: HttpServerOptions,
): Promise<Answer> {
  if (route.surface === "v1" && !request.caller) throw unauthenticated();
  const call: Call = {
    route,
    parameters: request.params as Record<string, string>,
    query: request.query as Record<string, unknown>,
    body: bodyOf(request.body as RawBody | undefined, route.surface),
    caller: request.caller,
    credentials: request.credentials,
  };
  return OPERATIONS[route.operation](call, ground);
}

function readBodies(app: FastifyInstance): void {
  app.decorateRequest("caller", undefined);
  app.decorateRequest("credentials", null as unknown as Credentials);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "application/json",
    { parseAs: "string" },
    async ({ headers }: FastifyRequest, text: string | Buffer) =>
      rawJson(String(text), headers["content-encoding"]),
  );
  app.addContentTypeParser(
    "*",
    { parseAs: "buffer" },
    async (): Promise<RawBody> => ({ unreadable: "another type" }),
  );
}

function isServed({ url, method }: FastifyRequest): boolean {
  return allowedMethods(pathOf(url)).includes(method);
}

function pathOf(url: string): string {
  return url.split("?", 1)[0] ?? "";
}

function notServed({ url, method }: FastifyRequest, metrics: ScalerMetrics): Answer {
  const methods = allowedMethods(pathOf(url));
  const status = methods.length > 0 ? 405 : 404;
  metrics.answered({ method, route: "none", status });
  if (status === 404) return { status, body: { error: "not_found", message: "There is no such path" } };
  const allow = methods.join(", ");
  const body = { error: "method_not_allowed", message: `This path knows ${allow}` };
  return { status, body, headers: { allow } };
}

function rateLimited(waitSeconds: number): Error {
  const message = `Too many requests; there is one more in ${waitSeconds} s`;
  return new ScalerError("rate_limited", message, {
    status: 429,
    headers: { "retry-after": String(waitSeconds) },
  });
}

/** Whether a failure is a defect of ours, and not what somebody else did or asked. */
function isOurs(error: unknown): boolean {
  const { name, statusCode = 500 } = error as { readonly name?: string; readonly statusCode?: number };
  return !["ScalerError", "KubeError", "IdentityError"].includes(name ?? "") && statusCode >= 500;
}

function requestId(header: unknown): string | undefined {
  return typeof header === "string" && /^[\w.-]{1,64}$/.test(header) ? header : undefined;
}

/** What is no HTTP gets an answer all the same. */
function refuseUnreadable(
  { code }: { readonly code?: string },
  socket: { readonly writable: boolean; end(text: string): unknown; destroy(): unknown },
): void {
  if (code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = code === "HPE_HEADER_OVERFLOW" ? "431 Request Header Fields Too Large" : "400 Bad Request";
  const body = '{"error":"bad_request","message":"The request cannot be read"}';
  const headers = [
    "Content-Type: application/json",
    "Cache-Control: no-store",
    `Content-Length: ${body.length}`,
    "Connection: close",
  ];
  socket.end(`HTTP/1.1 ${status}\r\n${headers.join("\r\n")}\r\n\r\n${body}`);
}
