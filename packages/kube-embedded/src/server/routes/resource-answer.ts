import type { Verb } from "../../registry/served-resource.ts";
import { type Answer, type ApiRequest, isUpgrade, type Reply, unknownPathReply } from "../http/exchange.ts";
import type { ResourceRoute } from "../http/route.ts";
import type { ServedApi } from "../served-api.ts";
import { answerPodProxy, answerServiceProxy } from "../streams/http-proxy.ts";
import { answerAttach, answerExec } from "../streams/pod-exec.ts";
import { answerLog } from "../streams/pod-log.ts";
import { answerPortForward } from "../streams/pod-port-forward.ts";
import { answerWatchAsAsked } from "../streams/watch-socket.ts";
import { answerGet, answerList } from "./read-verbs.ts";
import { assertVerb, type ResourceCall, servedResource, targetOf } from "./resource-call.ts";
import { verbOf } from "./verb.ts";
import {
  answerCreate,
  answerDelete,
  answerDeleteCollection,
  answerPatch,
  answerUpdate,
} from "./write-verbs.ts";

/** The answer to a request whose path names a resource. @throws KubeError */
export async function answerResource(
  served: ServedApi,
  request: ApiRequest,
  route: ResourceRoute,
): Promise<Answer> {
  const resource = servedResource(served, route);
  if (!resource) return unknownPathReply();
  const verb = verbOf(request.method, route, request.query);
  assertVerb(resource, verb, route);
  const warnings: string[] = resource.deprecationWarning ? [resource.deprecationWarning] : [];
  const warn = (text: string): void => void warnings.push(text);
  const call: ResourceCall = {
    served,
    request,
    route,
    resource,
    verb,
    target: targetOf(resource, route),
    warn,
  };
  const answer = await handlerOf(call)(call);
  return isUpgrade(answer) ? answer : withWarnings(answer, warnings);
}

type Handler = (call: ResourceCall) => Answer | Promise<Answer>;

const VERBS: Readonly<Record<Verb, Handler>> = {
  get: answerGet,
  list: answerList,
  watch: answerWatchAsAsked,
  create: answerCreate,
  update: answerUpdate,
  patch: answerPatch,
  delete: answerDelete,
  deletecollection: answerDeleteCollection,
};

/** Subresources that are no objects but a way into a running pod. */
const CONNECTIONS: Readonly<Record<string, Handler>> = {
  log: answerLog,
  exec: answerExec,
  attach: answerAttach,
  portforward: answerPortForward,
};

function handlerOf({ route, resource, verb }: ResourceCall): Handler {
  if (route.subresource === "proxy") return resource.plural === "pods" ? answerPodProxy : answerServiceProxy;
  return CONNECTIONS[route.subresource ?? ""] ?? VERBS[verb];
}

function withWarnings(reply: Reply, warnings: readonly string[]): Reply {
  if (warnings.length === 0) return reply;
  return { ...reply, headers: { ...reply.headers, Warning: warnings.map(warningHeader) } };
}

/** RFC 7234: a code of its own, no agent, and the text in quotes. Headers carry no line breaks and no other alphabets. */
function warningHeader(text: string): string {
  const printable = text.replace(/[^\x20-\x7e]/g, "?").replace(/["\\]/g, "\\$&");
  return `299 - "${printable}"`;
}
