import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { KubeError, type Logger } from "@heliostat/kube";
import { accessRefusal } from "../access/access-refusal.ts";
import type { AccessAttributes, Authorizer } from "../access/authorizer.ts";
import { actingUser, type RawHeaders } from "../access/impersonation.ts";
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
import type { RequestLife } from "./http/request-life.ts";
import { resourceRoute } from "./http/route.ts";
import type { Authenticator, PeerSocket } from "./identity/authenticator.ts";
import { requestAttributes } from "./identity/request-attributes.ts";
import { answerHealth } from "./routes/health.ts";
import { answerPath } from "./routes/path-answer.ts";
import { answerResource } from "./routes/resource-answer.ts";
import type { ServedApi } from "./served-api.ts";

/** The API with the doorkeepers before it. */
export interface GuardedApi extends ServedApi {
  readonly authenticator: Pick<Authenticator, "userOf">;
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
  /** The same as they came, none joined and none dropped. */
  readonly rawHeaders: RawHeaders;
  readonly peer: PeerSocket;
  readonly life: RequestLife;
  body(): Promise<Buffer>;
  bodyStream(): Readable;
}

/**
 * The way of every request: whose name is asked for, who asks and in whose name, may he, and then the answer. Whatever goes wrong on
 * this way becomes a Status; it throws nothing.
 */
export async function answerRequest(guarded: GuardedApi, incoming: IncomingRequest): Promise<Answer> {
  const { path, search } = splitUrl(incoming.url);
  try {
    refuseForeignHost(incoming.headers, guarded.hosts);
    const query = new URLSearchParams(search);
    const health = answerHealth(path, query);
    if (health) return health;
    const caller = await guarded.authenticator.userOf(incoming.peer, incoming.rawHeaders);
    const user = await actingUser(caller, incoming.rawHeaders, guarded.authorizer);
    return await answerKnownCaller(guarded, incoming, { path, search, query, user });
  } catch (error) {
    return failureReply(error, guarded.logger, { method: incoming.method, path });
  }
}

async function answerKnownCaller(
  guarded: GuardedApi,
  incoming: IncomingRequest,
  found: Found,
): Promise<Answer> {
  const route = resourceRoute(found.path);
  const attributes = requestAttributes({ ...found, method: incoming.method }, route);
  await assertAllowed(guarded.authorizer, attributes);
  if (!route) return answerPath(guarded, apiRequest(incoming, found)) ?? unknownPathReply();
  const mayCreate = await canCreate(guarded.authorizer, attributes);
  return answerResource(guarded, apiRequest(incoming, { ...found, canCreate: mayCreate }), route);
}

type Found = Pick<ApiRequest, "path" | "search" | "query" | "user" | "canCreate">;

function apiRequest({ method, headers, life, body, bodyStream }: IncomingRequest, found: Found): ApiRequest {
  return {
    method,
    headers,
    body,
    bodyStream,
    ...found,
    get signal(): AbortSignal {
      return life.signal;
    },
  };
}

async function assertAllowed(authorizer: Authorizer, attributes: AccessAttributes): Promise<void> {
  if (!(await authorizer.isAllowed(attributes))) throw accessRefusal(attributes);
}

/** PUT and apply may find nothing to change and create it: whether that is allowed is a question of its own. */
async function canCreate(authorizer: Authorizer, attributes: AccessAttributes): Promise<boolean> {
  const isChange = attributes.verb === "update" || attributes.verb === "patch";
  return !isChange || authorizer.isAllowed({ ...attributes, verb: "create" });
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
