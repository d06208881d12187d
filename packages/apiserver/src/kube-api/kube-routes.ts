import type { Access } from "@heliostat/identity";
import { isKubeError, KubeError, type Logger } from "@heliostat/kube";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Calls } from "../calls/calls.ts";
import { credentialsOf, goneSignal } from "../http/gateway.ts";
import { requestPath } from "../http/request-path.ts";
import { sendLines } from "../http/send-lines.ts";
import { sentContentType } from "../http/sent-content-type.ts";
import {
  type KubeAnswer,
  type KubeVerb,
  kubeVerb,
  OPERATIONS,
  type OperationPorts,
} from "./kube-operations.ts";
import { eventTarget, type KubeTarget, rayTarget } from "./kube-request.ts";
import { kubeErrorOf, kubeStatus } from "./kube-status.ts";

export interface KubeRouteOptions extends OperationPorts {
  readonly calls: Calls;
  readonly logger: Logger;
  /** Aborts when the server stops: streams end. */
  readonly stopping: AbortSignal;
}

/** Only events about Ray's kinds can be seen. */
const RAY_EVENTS = "regarding.apiVersion=ray.io/v1";

/**
 * The part of Kubernetes' own API that KubeRay's second API server passes on: `ray.io/v1`, and the events about it.
 * Compute templates are filled in on the way; watches are streams. The caller needs the permission that he would need
 * in front of Kubernetes.
 */
export function addKubeRoutes(app: FastifyInstance, options: KubeRouteOptions): void {
  app.register((scope, _options, done) => {
    scope.setErrorHandler((error, request, reply) =>
      sendStatus(reply, kubeErrorOf(error), { request, ...options }),
    );
    scope.all("/apis/ray.io/v1/*", (request, reply) =>
      answer(request, reply, rayTarget(requestPath(request.url).path)),
    );
    scope.get<{ Params: { namespace: string } }>(
      "/apis/events.k8s.io/v1/namespaces/:namespace/events",
      (request, reply) => answer(request, reply, eventTarget(request.params.namespace)),
    );
    done();
  });

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    target: KubeTarget,
  ): Promise<FastifyReply> {
    const { query } = requestPath(request.url);
    const verb = kubeVerb(request.method, target, query);
    if (verb === undefined) {
      throw new KubeError(
        "MethodNotAllowed",
        "the server does not allow this method on the requested resource",
      );
    }
    const signal = AbortSignal.any([goneSignal(reply), options.stopping]);
    const caller = await options.calls.authenticate(credentialsOf(request), { signal });
    await options.calls.permit(caller, accessesOf(verb, target, request), { signal });
    if (target.resource.group !== "ray.io") onlyRayEvents(query);
    const body = { bytes: bytesOf(request), contentType: sentContentType(request) };
    return send(reply, await OPERATIONS[verb]({ target, query, body, signal }, options), signal);
  }
}

function accessesOf(
  verb: KubeVerb,
  { resource, namespace, name, subresource }: KubeTarget,
  request: FastifyRequest,
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
  const isApply = verb === "patch" && sentContentType(request).includes("apply-patch");
  return isApply ? [access, { ...access, verb: "create" }] : [access];
}

function onlyRayEvents(query: URLSearchParams): void {
  const given = query.get("fieldSelector");
  query.set("fieldSelector", given ? `${given},${RAY_EVENTS}` : RAY_EVENTS);
}

function bytesOf({ body }: FastifyRequest): Uint8Array | undefined {
  return Buffer.isBuffer(body) ? body : undefined;
}

async function send(reply: FastifyReply, answer: KubeAnswer, signal: AbortSignal): Promise<FastifyReply> {
  reply.header("content-type", "application/json");
  if ("object" in answer) return reply.code(answer.status).send(Buffer.from(JSON.stringify(answer.object)));
  const failureLine = (error: unknown): string =>
    `${JSON.stringify({ type: "ERROR", object: kubeStatus(kubeErrorOf(error)) })}\n`;
  await sendLines(reply, { lines: answer.lines, signal, failureLine });
  return reply;
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
