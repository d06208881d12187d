import type { Access, Caller } from "@heliostat/identity";
import { KubeError } from "@heliostat/kube";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Calls } from "../calls/calls.ts";
import { ApiError } from "../errors/api-error.ts";
import { credentialsOf, goneSignal } from "../http/gateway.ts";
import { bodyText } from "../http/request-message.ts";
import { isKubeProtobuf, reviewOfProtobuf } from "./review-protobuf.ts";

export const SELF_REVIEW_PATH = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
export const SELF_ACCESS_REVIEW_PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/**
 * Who am I, and may I (`kubectl auth whoami`, `kubectl auth can-i`): answered for the caller as this server knows him, and
 * not for this server, as Kubernetes behind it would.
 */
export function addSelfReviews(app: FastifyInstance, calls: Calls): void {
  app.post(SELF_REVIEW_PATH, async (request, reply) => {
    const { caller } = await known(request, reply);
    return send(reply, { ...reviewOf(request, "SelfSubjectReview"), status: { userInfo: userInfo(caller) } });
  });
  app.post(SELF_ACCESS_REVIEW_PATH, async (request, reply) => {
    const { caller, signal } = await known(request, reply);
    const review = reviewOf(request, "SelfSubjectAccessReview");
    const status = await verdict(caller, accessOf(review), signal);
    return send(reply, { ...review, status });
  });

  async function known(request: FastifyRequest, reply: FastifyReply): Promise<Known> {
    const signal = goneSignal(reply);
    return { signal, caller: await calls.authenticate(credentialsOf(request), { signal }) };
  }

  async function verdict(caller: Caller, access: Access | undefined, signal: AbortSignal): Promise<object> {
    if (access === undefined) return { allowed: false, reason: "only resources are known here" };
    try {
      await calls.permit(caller, [access], { signal });
      return { allowed: true };
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "PermissionDenied") throw error;
      return { allowed: false, reason: error.message };
    }
  }
}

interface Known {
  readonly caller: Caller;
  readonly signal: AbortSignal;
}

interface Review {
  readonly spec?: { readonly resourceAttributes?: Readonly<Record<string, unknown>> };
}

/** @throws KubeError `BadRequest` for what is no such review */
function reviewOf(request: FastifyRequest, kind: string): Review {
  const review = parsed(Buffer.isBuffer(request.body) ? request.body : new Uint8Array());
  const isReview =
    typeof review === "object" && review !== null && (review as { kind?: unknown }).kind === kind;
  if (!isReview) throw new KubeError("BadRequest", `Cannot read the body: want a ${kind}`);
  return review;
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return isKubeProtobuf(bytes) ? reviewOfProtobuf(bytes) : JSON.parse(bodyText(bytes));
  } catch (cause) {
    throw new KubeError("BadRequest", "Cannot read the body: it is neither JSON nor protobuf", { cause });
  }
}

/** `undefined` for questions about paths, and for none. */
function accessOf({ spec }: Review): Access | undefined {
  const attributes = spec?.resourceAttributes;
  if (typeof attributes !== "object" || attributes === null) return undefined;
  const text = (name: string): string => {
    const value = attributes[name] ?? "";
    return typeof value === "string" ? value : "";
  };
  const [verb, group, resource] = [text("verb"), text("group"), text("resource")];
  if (verb === "" || resource === "") return undefined;
  const [subresource, namespace, name] = [text("subresource"), text("namespace"), text("name")];
  return {
    verb,
    group,
    resource,
    ...(subresource !== "" && { subresource }),
    ...(namespace !== "" && { namespace }),
    ...(name !== "" && { name }),
  };
}

function userInfo({ name, id, groups, extra }: Caller): object {
  return { username: name, ...(id !== undefined && { uid: id }), groups, ...(extra && { extra }) };
}

function send(reply: FastifyReply, review: object): FastifyReply {
  return reply
    .code(201)
    .header("content-type", "application/json")
    .send(Buffer.from(JSON.stringify(review)));
}
