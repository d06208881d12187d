import { request as httpRequest, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { KubeError } from "@heliostat/kube";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { credentialsOf, goneSignal } from "../http/gateway.ts";
import { sentContentType, takeBodiesAsStreams } from "../http/sent-content-type.ts";
import { kubeErrorOf } from "../kube-api/kube-status.ts";
import {
  headersPassedOn,
  PROXY_PATH,
  pathBehind,
  prefixOf,
  reachService,
  type ServiceProxyOptions,
} from "./reach-service.ts";

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
    for (const url of [PROXY_PATH, `${PROXY_PATH}/*`])
      scope.all(url, (request, reply) => passOn(request, reply, options));
    done();
  });
}

async function passOn(
  request: FastifyRequest,
  reply: FastifyReply,
  options: ServiceProxyOptions,
): Promise<FastifyReply> {
  const { method, url } = request;
  const signal = AbortSignal.any([goneSignal(reply), options.stopping]);
  const credentials = credentialsOf(request);
  const connection = await reachService({ method, url, credentials, signal }, options);
  const answer = await forwarded(request, { connection, signal });
  return reply
    .code(answer.statusCode ?? 502)
    .headers(headersBack(answer, url))
    .send(answer);
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

function headersOn(raw: IncomingMessage, contentType: string): Record<string, string | string[]> {
  const { "content-type": _ours, ...kept } = headersPassedOn(raw);
  const length = raw.headers["content-length"];
  return {
    ...kept,
    host: "localhost",
    ...(contentType !== "" && { "content-type": contentType }),
    ...(length !== undefined && { "content-length": length }),
  };
}

function headersBack(answer: IncomingMessage, url: string): Record<string, string | string[]> {
  const { location, "content-length": length } = answer.headers;
  return {
    ...headersPassedOn(answer),
    ...(length !== undefined && { "content-length": length }),
    ...(location?.startsWith("/") && { location: prefixOf(url) + location }),
  };
}

function isStream(body: unknown): body is NodeJS.ReadableStream {
  return typeof body === "object" && body !== null && "pipe" in body;
}
