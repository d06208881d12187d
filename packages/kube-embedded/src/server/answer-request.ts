import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { KubeError, type Logger } from "@heliostat/kube";
import {
  type Answer,
  type ApiRequest,
  isUpgrade,
  jsonReply,
  type Reply,
  unknownPathReply,
} from "./http/exchange.ts";
import { refuseForeignHost } from "./http/host-guard.ts";
import { failureStatus } from "./http/kube-status.ts";
import { type ResourceRoute, resourceRoute } from "./http/route.ts";
import type { Authenticator, PeerSocket } from "./identity/authenticator.ts";
import type { AccessAttributes, Authorizer } from "./identity/authorizer.ts";
import { answerHealth } from "./routes/health.ts";
import { answerPath } from "./routes/path-answer.ts";
import { answerResource } from "./routes/resource-answer.ts";
import { verbOf } from "./routes/verb.ts";
import type { ServedApi } from "./served-api.ts";

/** The API with the doorkeepers before it. */
export interface GuardedApi extends ServedApi {
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  /** Names under which callers may ask for us. */
  readonly hosts: ReadonlySet<string>;
  readonly logger: Logger;
}

/** A request as it came in, its caller not yet known. */
export interface IncomingRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly peer: PeerSocket;
  readonly signal: AbortSignal;
  body(): Promise<Buffer>;
  bodyStream(): Readable;
}

/**
 * The way of every request: whose name is asked for, who asks, may he, and then the answer. Whatever goes wrong on
 * this way becomes a Status; it throws nothing.
 */
export async function answerRequest(guarded: GuardedApi, incoming: IncomingRequest): Promise<Answer> {
  const { path, search } = splitUrl(incoming.url);
  try {
    refuseForeignHost(incoming.headers, guarded.hosts);
    const query = new URLSearchParams(search);
    const health = answerHealth(path, query);
    if (health) return health;
    const user = await guarded.authenticator.userOf(incoming.peer, incoming.headers);
    return await answerKnownCaller(guarded, apiRequest(incoming, { path, search, query, user }));
  } catch (error) {
    return failureReply(error, guarded.logger, { method: incoming.method, path });
  }
}

async function answerKnownCaller(guarded: GuardedApi, request: ApiRequest): Promise<Answer> {
  const route = resourceRoute(request.path);
  await assertAllowed(guarded.authorizer, accessAttributes(request, route));
  if (!route) return answerPath(guarded, request) ?? unknownPathReply();
  return answerResource(guarded, request, route);
}

function apiRequest(
  { method, headers, signal, body, bodyStream }: IncomingRequest,
  found: Pick<ApiRequest, "path" | "search" | "query" | "user">,
): ApiRequest {
  return { method, headers, signal, body, bodyStream, ...found };
}

async function assertAllowed(authorizer: Authorizer, attributes: AccessAttributes): Promise<void> {
  if (await authorizer.isAllowed(attributes)) return;
  throw new KubeError("Forbidden", refusal(attributes));
}

function accessAttributes(
  { user, method, path, query }: ApiRequest,
  route: ResourceRoute | undefined,
): AccessAttributes {
  if (!route) return { user, path, verb: method.toLowerCase() };
  const { rest: _rest, isWatchPath: _isWatchPath, ...resource } = route;
  return { user, path, verb: verbOf(method, route, query), resource };
}

/** In Kubernetes' words. */
function refusal({ user, verb, path, resource }: AccessAttributes): string {
  if (!resource) return `forbidden: User "${user.name}" cannot ${verb} path "${path}"`;
  const { group, plural, subresource, namespace, name } = resource;
  const what = subresource === undefined ? plural : `${plural}/${subresource}`;
  const subject = [group === "" ? plural : `${plural}.${group}`, name && `"${name}"`]
    .filter(Boolean)
    .join(" ");
  const where = namespace === undefined ? "at the cluster scope" : `in the namespace "${namespace}"`;
  return `${subject} is forbidden: User "${user.name}" cannot ${verb} resource "${what}" in API group "${group}" ${where}`;
}

export function failureReply(
  error: unknown,
  logger: Logger,
  request: { readonly method: string; readonly path: string },
): Reply {
  if (!(error instanceof KubeError))
    logger.error("Cannot answer a request: this is a bug", { ...request, error });
  const status = failureStatus(error);
  const reply = jsonReply(status, status.code);
  const seconds = status.details?.retryAfterSeconds;
  return seconds === undefined ? reply : { ...reply, headers: { "Retry-After": String(seconds) } };
}

/** The answer to a caller that asked for a conversation without offering one. */
export function plainReply(answer: Answer, logger: Logger): Reply {
  if (!isUpgrade(answer)) return answer;
  const error = new KubeError("BadRequest", "Upgrade request required");
  return failureReply(error, logger, { method: "", path: "" });
}

function splitUrl(url: string): { readonly path: string; readonly search: string } {
  const at = url.indexOf("?");
  return at < 0 ? { path: url, search: "" } : { path: url.slice(0, at), search: url.slice(at) };
}
