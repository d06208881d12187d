import { request as httpRequest, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Access } from "@heliostat/identity";
import { KubeError, type KubeReader, type NodePort } from "@heliostat/kube";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Calls } from "../calls/calls.ts";
import { credentialsOf, goneSignal } from "../http/gateway.ts";
import { requestPath, segmentsOf } from "../http/request-path.ts";
import { sentContentType, takeBodiesAsStreams } from "../http/sent-content-type.ts";
import { kubeErrorOf } from "../kube-api/kube-status.ts";
import { byteDuplex } from "./byte-duplex.ts";
import { backendOf, rayService, type ServiceAddress, serviceAddress } from "./service-target.ts";

export interface ServiceProxyOptions {
  readonly reader: KubeReader;
  readonly nodePort: NodePort;
  readonly calls: Calls;
  /** Aborts when the server stops: streams end. */
  readonly stopping: AbortSignal;
}

/**
 * `/api/v1/namespaces/{namespace}/services/{service}/proxy/…`: Ray's dashboards and Serve, for whoever may reach the
 * services of the namespace and see the cluster. No other service can be reached, and no redirect is followed.
 */
export function addServiceProxy(app: FastifyInstance, options: ServiceProxyOptions): void {
  app.register((scope, _options, done) => {
    takeBodiesAsStreams(scope);
    // As KubeRay's: plain text, since what is behind has its own ways.
    scope.setErrorHandler((error, _request, reply) => {
      const { code, message } = kubeErrorOf(error);
      if (code === 401) reply.header("www-authenticate", "Bearer");
      return reply.code(code).type("text/plain; charset=utf-8").send(message);
    });
    for (const url of [PREFIX, `${PREFIX}/*`])
      scope.all(url, (request, reply) => passOn(request, reply, options));
    done();
  });
}

const PREFIX = "/api/v1/namespaces/:namespace/services/:service/proxy";
/** Segments before what is passed on: `api`, `v1`, `namespaces`, …, `services`, …, `proxy`. */
const PREFIX_SEGMENTS = 7;

async function passOn(
  request: FastifyRequest,
  reply: FastifyReply,
  options: ServiceProxyOptions,
): Promise<FastifyReply> {
  const { reader, calls, nodePort, stopping } = options;
  const { path } = requestPath(request.url);
  const [, , , namespace = "", , service = ""] = segmentsOf(path);
  const address = serviceAddress(namespace, service);
  const signal = AbortSignal.any([goneSignal(reply), stopping]);
  const caller = await calls.authenticate(credentialsOf(request), { signal });
  await calls.permit(caller, [proxyAccess(request.method, address)], { signal });
  const found = await rayService(reader, address, signal);
  await calls.permit(caller, [clusterAccess(namespace, found.cluster)], { signal });
  const backend = await backendOf(reader, found.service, { wanted: address.port, signal });
  const connection = byteDuplex(await nodePort.connect(backend.pod, backend.port));
  const answer = await forwarded(request, { connection, signal });
  return reply
    .code(answer.statusCode ?? 502)
    .headers(headersBack(answer, path))
    .send(answer);
}

/** What Kubernetes asks of whoever uses its own proxy. */
function proxyAccess(method: string, { namespace, name }: ServiceAddress): Access {
  const verb = { GET: "get", HEAD: "get", POST: "create", PUT: "update", PATCH: "patch", DELETE: "delete" }[
    method
  ];
  return { verb: verb ?? "create", group: "", resource: "services", subresource: "proxy", namespace, name };
}

function clusterAccess(namespace: string, name: string): Access {
  return { verb: "get", group: "ray.io", resource: "rayclusters", namespace, name };
}

function forwarded(
  request: FastifyRequest,
  { connection, signal }: { readonly connection: Duplex; readonly signal: AbortSignal },
): Promise<IncomingMessage> {
  const { raw, body, method, url } = request;
  return new Promise((resolve, reject) => {
    const sent = httpRequest({
      method,
      path: pathBehind(url),
      headers: headersOn(raw, sentContentType(request)),
      createConnection: () => connection,
      signal,
    });
    sent.once("response", resolve);
    sent.once("error", (cause) => {
      connection.destroy();
      reject(
        new KubeError("Unavailable", "Cannot reach the service: the connection broke before it answered", {
          cause,
        }),
      );
    });
    if (isStream(body)) body.pipe(sent);
    else sent.end();
  });
}

/** The path as it was sent, without ours in front; not decoded, since what is behind decodes it. */
function pathBehind(url: string): string {
  const { path } = requestPath(url);
  const rest = path
    .split("/")
    .slice(1 + PREFIX_SEGMENTS)
    .join("/");
  return `/${rest}${url.slice(path.length)}`;
}

/** Of one connection only, or ours: the caller's token is none of the cluster's business. */
const NOT_PASSED_ON = new Set([
  ...[
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
  ],
  ...["upgrade", "host", "authorization", "content-length", "x-request-id"],
]);

function headersOn({ headers }: IncomingMessage, contentType: string): Record<string, string | string[]> {
  const kept = Object.entries(headers).filter(
    ([name]) => !NOT_PASSED_ON.has(name) && name !== "content-type",
  );
  return {
    ...(Object.fromEntries(kept) as Record<string, string | string[]>),
    host: "localhost",
    ...(contentType !== "" && { "content-type": contentType }),
    ...(headers["content-length"] !== undefined && { "content-length": headers["content-length"] }),
  };
}

function headersBack({ headers }: IncomingMessage, path: string): Record<string, string | string[]> {
  const kept = Object.entries(headers).filter(([name]) => !NOT_PASSED_ON.has(name));
  const { location, "content-length": length } = headers;
  return {
    ...(Object.fromEntries(kept) as Record<string, string | string[]>),
    ...(length !== undefined && { "content-length": length }),
    ...(location?.startsWith("/") && { location: prefixOf(path) + location }),
  };
}

function prefixOf(path: string): string {
  return path
    .split("/")
    .slice(0, 1 + PREFIX_SEGMENTS)
    .join("/");
}

function isStream(body: unknown): body is NodeJS.ReadableStream {
  return typeof body === "object" && body !== null && "pipe" in body;
}
