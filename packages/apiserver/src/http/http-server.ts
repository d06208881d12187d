import cors, { type FastifyCorsOptions } from "@fastify/cors";
import type { LogFields, Logger, Random } from "@heliostat/kube";
import { OPERATOR_VERSION } from "@heliostat/ray";
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
} from "fastify";
import type { CallMetrics } from "../calls/call-metrics.ts";
import type { Calls } from "../calls/calls.ts";
import type { Method } from "../calls/methods.ts";
import type { StreamMethod } from "../calls/stream-methods.ts";
import type { CertificateSource, ServerCertificate } from "../certificate.ts";
import { ApiError } from "../errors/api-error.ts";
import { apiErrorOf, isBug } from "../errors/status-of-error.ts";
import { addDocumentRoutes } from "../openapi/document-routes.ts";
import type { Upgrades } from "../proxy/service-web-sockets.ts";
import { apiRoutes, type V1Alpha2Style } from "./api-routes.ts";
import { addGateway } from "./gateway.ts";
import { OpenConnections } from "./open-connections.ts";
import { addProcessRoutes } from "./process-routes.ts";
import { originForm } from "./request-path.ts";
import { routeTable } from "./route-table.ts";
import { takeAnyContentType } from "./sent-content-type.ts";
import { errorAnswer, statusBody } from "./status-body.ts";

export interface HttpServerOptions {
  readonly host: string;
  /** 0 for any. */
  readonly port: number;
  /** @default HTTP */
  readonly tls?: CertificateSource;
  readonly methods: readonly Method[];
  /** Methods that answer with a stream, for the documents. */
  readonly streamMethods: readonly StreamMethod[];
  /** Whether Kubernetes' own API of Ray's kinds is among the further routes. */
  readonly hasKubeApi: boolean;
  readonly calls: Calls;
  readonly metrics: CallMetrics;
  readonly random: Random;
  readonly logger: Logger;
  readonly v1alpha2Style: V1Alpha2Style;
  /** The origin from which browsers may call, or `*`. @default none */
  readonly corsOrigin?: string;
  readonly bodyBytesMax: number;
  /** Whether what the handlers read from is there. */
  readonly isReady: () => boolean;
  /** @default nobody leaves HTTP */
  readonly upgrades?: Upgrades | undefined;
  /** Further routes behind the same CORS. */
  readonly addRoutes?: (app: FastifyInstance) => void;
}

export interface HttpServer {
  readonly port: number;
  /** Take no new requests, close idle connections, and resolve when the requests that run have been answered. */
  drain(): Promise<void>;
  /** Drop the connections that are still open. */
  close(): void;
}

/** How long a request may take to arrive whole. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the minute after which load balancers let go of an idle connection. */
const KEEP_ALIVE_MS = 72_000;

/** Serve the methods over HTTP and JSON, with what belongs to the process beside them. @throws Error when the address is taken */
export async function httpServer(options: HttpServerOptions): Promise<HttpServer> {
  const app = fastify({
    bodyLimit: options.bodyBytesMax,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    exposeHeadRoutes: false,
    rewriteUrl: ({ url = "/" }) => (url.startsWith("/") ? url : originForm(url)),
    requestIdHeader: false,
    genReqId: (request) => requestIdOf(request.headers["x-request-id"], options.random),
    frameworkErrors: (error, _request, reply) => sendError(frameworkError(error), reply as FastifyReply),
    clientErrorHandler: refuseBytes,
    ...serverOptions(options),
  });
  const connections = new OpenConnections(app.server, { isTls: options.tls !== undefined });
  if (options.tls) renewCertificates(app, options.tls);
  const { upgrades } = options;
  if (upgrades) app.server.on("upgrade", (...upgrade) => upgrades.carry(...upgrade));
  app.addHook("onSend", async (request, reply) => {
    reply.header("x-request-id", request.id);
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const failure = frameworkError(error);
    if (isBug(failure))
      options.logger.error("A request failed by a mistake of ours", logFields(request, error));
    return sendError(failure, reply);
  });
  addProcessRoutes(app, options);
  addDocumentRoutes(app, { ...options, release: OPERATOR_VERSION });
  await app.register(async (scope) => addApi(scope, options));
  await app.listen({ host: options.host, port: options.port });
  return {
    port: portOf(app.server.address()) ?? options.port,
    async drain() {
      connections.close();
      await app.close();
    },
    close: () => connections.drop(),
  };
}

/** Fastify's types would carry the kind of server through every plugin; nobody but `listen` cares. */
function serverOptions({ tls, upgrades }: HttpServerOptions): object {
  const shared = {
    shouldUpgradeCallback: (message: FastifyRequest["raw"]) => upgrades?.accepts(message) ?? false,
  };
  return tls ? { https: { ...shared, ...contextOf(tls.current) } } : { http: shared };
}

/** Whoever is connected stays so; whoever connects sees the certificate of that moment. */
function renewCertificates({ server }: FastifyInstance, tls: CertificateSource): void {
  const secure = server as unknown as { setSecureContext(context: object): void };
  tls.onChange((renewed) => secure.setSecureContext(contextOf(renewed)));
}

function contextOf({ certificate, key }: ServerCertificate): object {
  return { cert: certificate, key };
}

async function addApi(scope: FastifyInstance, options: HttpServerOptions): Promise<void> {
  const { corsOrigin, calls, methods, v1alpha2Style } = options;
  if (corsOrigin !== undefined) await scope.register(cors, corsOptions(corsOrigin));
  takeAnyContentType(scope);
  options.addRoutes?.(scope);
  addGateway(scope, { calls, routes: routeTable(apiRoutes(methods, v1alpha2Style)) });
}

/** What KubeRay's server allows, and `Authorization`, without which a browser cannot say who calls. */
function corsOptions(origin: string): FastifyCorsOptions {
  return {
    origin,
    methods: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
    allowedHeaders: ["Accept", "Authorization", "Content-Type", "X-Requested-With", "X-Request-Id"],
    exposedHeaders: ["X-Request-Id"],
    strictPreflight: false,
  };
}

/** The caller's own id of a request when it is one that a log can show. */
function requestIdOf(header: string | readonly string[] | undefined, random: Random): string {
  return typeof header === "string" && /^[\x21-\x7e]{1,128}$/.test(header) ? header : random.uuid();
}

/** What Fastify itself refuses is the caller's mistake: a body too large, a target that is no URL. */
function frameworkError(error: Error & { readonly statusCode?: number }): ApiError {
  const { statusCode = 500 } = error;
  if (error instanceof ApiError || statusCode < 400 || statusCode > 499) return apiErrorOf(error);
  const code = statusCode === 413 ? "ResourceExhausted" : "InvalidArgument";
  return new ApiError(code, `Cannot read the request: ${error.message}`, {
    cause: error,
    httpStatus: statusCode,
  });
}

function sendError(failure: ApiError, reply: FastifyReply): FastifyReply {
  const { status, body } = errorAnswer(failure);
  if (failure.code === "Unauthenticated") reply.header("www-authenticate", "Bearer");
  return reply.code(status).header("content-type", "application/json").send(body);
}

function portOf(address: ReturnType<FastifyInstance["server"]["address"]>): number | undefined {
  return typeof address === "object" ? address?.port : undefined;
}

/** As much of a socket as a refusal needs. */
interface Socket {
  readonly writable: boolean;
  destroy(): unknown;
  end(text: string): unknown;
}

/** Bytes that are no HTTP: nobody may see them but the socket. */
function refuseBytes(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [line, code] =
    error.code === "HPE_HEADER_OVERFLOW"
      ? (["431 Request Header Fields Too Large", "ResourceExhausted"] as const)
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? (["408 Request Timeout", "DeadlineExceeded"] as const)
        : (["400 Bad Request", "InvalidArgument"] as const);
  const body = statusBody(code, `Cannot read the request: ${line.slice(4)}`);
  socket.end(
    `HTTP/1.1 ${line}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function logFields({ id, method, url }: FastifyRequest, error: Error): LogFields {
  return { requestId: id, method, url, error };
}
