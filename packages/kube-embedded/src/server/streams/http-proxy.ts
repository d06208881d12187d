import { once } from "node:events";
import {
  type ClientRequest,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from "node:http";
import { isKubeError, KubeError, type ObjectName, PODS, type Pod, type Service } from "@heliostat/kube";
import type { Answer, ApiRequest, Reply } from "../http/exchange.ts";
import type { ResourceCall } from "../routes/resource-call.ts";
import { byteStreamSocket } from "./byte-stream-socket.ts";
import { httpTunnel } from "./http-tunnel.ts";
import {
  isReady,
  type ProxiedPlace,
  podPort,
  proxyAddress,
  seenFromOutside,
  targetPort,
} from "./proxy-address.ts";

/** `pods/NAME/proxy/…`: pass an HTTP request on to a port of the pod. */
export async function answerPodProxy(call: ResourceCall): Promise<Answer> {
  const { name, port } = proxyAddress(call.route.name ?? "");
  const pod = (await storedObject(call, name)) as Pod;
  return proxied(call, pod, podPort(pod, port));
}

/** `services/NAME/proxy/…`: to one of the pods behind the service. */
export async function answerServiceProxy(call: ResourceCall): Promise<Answer> {
  const { name, port } = proxyAddress(call.route.name ?? "");
  const service = (await storedObject(call, name)) as Service;
  const wanted = targetPort(service, port);
  const pod = await readyPod(call, service);
  return proxied(call, pod, podPort(pod, wanted));
}

async function storedObject({ served, resource, route }: ResourceCall, name: string): Promise<unknown> {
  const { namespace } = route;
  const stored = await served.api.get({ resource, name, ...(namespace === undefined ? {} : { namespace }) });
  return stored.object;
}

async function readyPod({ served, route }: ResourceCall, { metadata, spec }: Service): Promise<Pod> {
  const resource = served.registry.find("", "v1", PODS.plural);
  const labelSelector = Object.entries(spec?.selector ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const { namespace = "" } = route;
  const list =
    resource && labelSelector !== ""
      ? await served.api.list({ resource, namespace }, { namespace, labelSelector })
      : { items: [] };
  const pods = list.items.map(({ object }) => object as Pod);
  const pod = pods.find(isReady) ?? (spec?.publishNotReadyAddresses ? pods.find(hasAddress) : undefined);
  if (pod) return pod;
  throw new KubeError("Unavailable", `no endpoints available for service "${metadata.name}"`);
}

function hasAddress({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp === undefined && status?.podIP !== undefined;
}

async function proxied(call: ResourceCall, pod: Pod, port: number): Promise<Answer> {
  const { request, route, served } = call;
  if (route.rest === "" && request.method === "GET") return movedToRoot(request);
  const connection = await served.node.connect(podName(pod), port).catch(unreachable);
  const path = pathBehind(request, route.rest);
  const host = `${pod.status?.podIP ?? pod.metadata.name}:${port}`;
  const { upgrade } = request.headers;
  if (upgrade !== undefined && leavesHttp(request)) {
    const headers = { ...passedOn(request.headers, REQUEST_ONLY), host, connection: "Upgrade", upgrade };
    return httpTunnel(connection, { method: request.method, path, headers });
  }
  const outgoing = httpRequest({
    createConnection: () => byteStreamSocket(connection),
    method: request.method,
    path,
    headers: {
      ...passedOn(request.headers, REQUEST_ONLY),
      host,
      ...bodyFraming(request),
      connection: "close",
    },
    signal: request.signal,
  });
  sendBody(request, outgoing);
  const response = await responseTo(outgoing);
  return replyOf(response, { root: proxyRoot(request, route.rest), host });
}

function leavesHttp({ headers }: ApiRequest): boolean {
  return /\bupgrade\b/i.test(headers.connection ?? "");
}

/** How long the body is; without that it goes in chunks, where there is one. */
function bodyFraming({ headers }: ApiRequest): Readonly<Record<string, string>> {
  const length = headers["content-length"];
  if (length !== undefined) return { "content-length": length };
  return headers["transfer-encoding"] === undefined ? {} : { "transfer-encoding": "chunked" };
}

/** As it comes: what is passed on may be of any length. */
function sendBody(request: ApiRequest, outgoing: ClientRequest): void {
  // What goes wrong once the response has begun is told to whoever reads it.
  outgoing.on("error", () => undefined);
  const body = request.bodyStream();
  body.on("error", () => outgoing.destroy());
  body.pipe(outgoing);
}

function podName({ metadata: { name, namespace = "" } }: Pod): ObjectName {
  return { name, namespace };
}

async function responseTo(outgoing: ReturnType<typeof httpRequest>): Promise<IncomingMessage> {
  try {
    const [response] = (await once(outgoing, "response")) as [IncomingMessage];
    return response;
  } catch (cause) {
    return unreachable(cause);
  }
}

function unreachable(cause: unknown): never {
  if (isKubeError(cause, "NotFound")) throw cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  throw new KubeError("Unavailable", `error trying to reach service: ${why}`, { cause });
}

function replyOf(response: IncomingMessage, place: ProxiedPlace): Reply {
  const { location, ...headers } = passedOn(response.headers, RESPONSE_ONLY);
  return {
    status: response.statusCode ?? 502,
    contentType: response.headers["content-type"] ?? "application/octet-stream",
    headers: {
      ...headers,
      ...(typeof location === "string" && { location: seenFromOutside(location, place) }),
    },
    body: response as AsyncIterable<Uint8Array>,
  };
}

/** Relative links of the page at the root need the slash. */
function movedToRoot({ path, search }: ApiRequest): Reply {
  return { status: 301, contentType: "text/plain", headers: { Location: `${path}/${search}` }, body: "" };
}

function pathBehind({ search }: ApiRequest, rest: string): string {
  return `${rest || "/"}${search}`;
}

function proxyRoot({ path }: ApiRequest, rest: string): string {
  return path.slice(0, path.length - rest.length);
}

/** RFC 9110: these belong to one connection. */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** The caller's proof of who he is is for us alone. */
const REQUEST_ONLY: ReadonlySet<string> = new Set([...HOP_BY_HOP, "host", "authorization", "content-length"]);
const RESPONSE_ONLY: ReadonlySet<string> = new Set([...HOP_BY_HOP, "content-type"]);

function passedOn(
  headers: IncomingHttpHeaders,
  without: ReadonlySet<string>,
): Record<string, string | string[]> {
  const kept = Object.entries(headers).filter(
    (entry): entry is [string, string | string[]] =>
      entry[1] !== undefined && !without.has(entry[0]) && !entry[0].startsWith(":"),
  );
  return Object.fromEntries(kept);
}
