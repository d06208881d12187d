import type { Access } from "@heliostat/identity";
import { EVENTS, isKubeError, KubeError, type KubeReader, type KubeWire, type Logger } from "@heliostat/kube";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Calls } from "../calls/calls.ts";
import { credentialsOf, goneSignal } from "../http/gateway.ts";
import { requestPath } from "../http/request-path.ts";
import { sentContentType } from "../http/sent-content-type.ts";
import type { TemplateExpansion } from "../methods/template-expansion.ts";
import { addDiscoveryRoutes } from "./discovery-routes.ts";
import { filledBody, isApply } from "./filled-body.ts";
import {
  eventTarget,
  type KubeTarget,
  type KubeVerb,
  kubeVerb,
  rayTarget,
  targetPath,
} from "./kube-request.ts";
import { kubeErrorOf, kubeStatus } from "./kube-status.ts";
import { passOn } from "./pass-on.ts";

export interface KubeRouteOptions {
  /** Where requests are passed on to. */
  readonly wire: KubeWire;
  readonly reader: Pick<KubeReader, "get">;
  readonly expansion: TemplateExpansion;
  readonly calls: Calls;
  readonly logger: Logger;
  /** Aborts when the server stops: watches end. */
  readonly stopping: AbortSignal;
}

/**
 * The part of Kubernetes' own API that KubeRay's second API server passes on: `ray.io/v1`, and the events about it.
 * Requests and answers pass as they are (tables, patches of every kind, watches as streams), but for compute templates,
 * which are filled in. The caller needs the permission that he would need in front of Kubernetes.
 */
export function addKubeRoutes(app: FastifyInstance, options: KubeRouteOptions): void {
  app.register((scope, _options, done) => {
    scope.setErrorHandler((error, request, reply) =>
      sendStatus(reply, kubeErrorOf(error), { request, ...options }),
    );
    scope.all("/apis/ray.io/v1/*", (request, reply) =>
      answer(request, reply, { target: rayTarget(requestPath(request.url).path), options }),
    );
    scope.get<{ Params: { namespace: string } }>(EVENTS_PATH, (request, reply) =>
      answer(request, reply, { target: eventTarget(request.params.namespace), options }),
    );
    addDiscoveryRoutes(scope, options);
    done();
  });
}

const EVENTS_PATH = "/apis/events.k8s.io/v1/namespaces/:namespace/events";
/** Only events about Ray's kinds can be seen. */
const RAY_EVENTS = "regarding.apiVersion=ray.io/v1";

interface Asked {
  readonly target: KubeTarget;
  readonly options: KubeRouteOptions;
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { target, options }: Asked,
): Promise<FastifyReply> {
  const { calls, stopping, wire } = options;
  const { query } = requestPath(request.url);
  const verb = kubeVerb(request.method, target, query);
  refuseUpgrade(request);
  const contentType = sentContentType(request);
  const gone = goneSignal(reply);
  const signal = verb === "watch" ? AbortSignal.any([gone, stopping]) : gone;
  const caller = await calls.authenticate(credentialsOf(request), { signal });
  await calls.permit(caller, accessesOf(verb, target, contentType), { signal });
  const sent = { bytes: bytesOf(request), contentType };
  const body = await filledBody(sent, { ...options, verb, target, signal });
  return passOn(request, reply, {
    wire,
    path: `${targetPath(target)}${search(query, target, verb)}`,
    body,
    signal,
  });
}

function accessesOf(
  verb: KubeVerb,
  { resource, namespace, name, subresource }: KubeTarget,
  contentType: string,
): readonly Access[] {
  const access = {
    verb,
    group: resource.group,
    resource: resource.plural,
    ...(subresource !== undefined && { subresource }),
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
  };
  // An apply may create what is not there (Kubernetes rule).
  return verb === "patch" && isApply(contentType) ? [access, { ...access, verb: "create" }] : [access];
}

function search(query: URLSearchParams, { resource }: KubeTarget, verb: KubeVerb): string {
  // Whoever may get an object may not therefore watch it.
  if (verb !== "watch") query.delete("watch");
  if (resource.group === EVENTS.group) {
    const given = query.get("fieldSelector");
    query.set("fieldSelector", given ? `${given},${RAY_EVENTS}` : RAY_EVENTS);
  }
  return query.size === 0 ? "" : `?${query}`;
}

/** @throws KubeError `BadRequest` for who wants to leave HTTP */
function refuseUpgrade({ headers }: FastifyRequest): void {
  if (headers.upgrade === undefined || !/\bupgrade\b/i.test(headers.connection ?? "")) return;
  if (!/websocket|spdy/i.test(headers.upgrade)) return;
  throw new KubeError(
    "BadRequest",
    `Cannot upgrade to "${headers.upgrade}": watches are plain HTTP here; ask without Upgrade`,
  );
}

function bytesOf({ body }: FastifyRequest): Uint8Array | undefined {
  return Buffer.isBuffer(body) ? body : undefined;
}

function sendStatus(
  reply: FastifyReply,
  error: KubeError,
  { request, logger }: { readonly request: FastifyRequest; readonly logger: Logger },
): FastifyReply {
  if (error.reason === "Internal" && !isKubeError(error.cause)) {
    logger.error("A request failed by a mistake of ours", { requestId: request.id, url: request.url, error });
  }
  if (error.reason === "Unauthorized") reply.header("www-authenticate", "Bearer");
  return reply
    .code(error.code)
    .header("content-type", "application/json")
    .send(Buffer.from(JSON.stringify(kubeStatus(error))));
}
