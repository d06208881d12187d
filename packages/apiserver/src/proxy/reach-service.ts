import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Access, Credentials } from "@heliostat/identity";
import type { KubeReader, NodePort } from "@heliostat/kube";
import type { Calls } from "../calls/calls.ts";
import { requestPath, segmentsOf } from "../http/request-path.ts";
import { byteDuplex } from "./byte-duplex.ts";
import { backendOf, rayService, type ServiceAddress, serviceAddress } from "./service-target.ts";

export interface ServiceProxyOptions {
  readonly reader: KubeReader;
  readonly nodePort: NodePort;
  readonly calls: Calls;
  /** Aborts when the server stops: streams end. */
  readonly stopping: AbortSignal;
}

export interface ServiceRequest {
  readonly method: string;
  /** As it was sent: `/api/v1/namespaces/n/services/c-head-svc:dashboard/proxy/api/jobs/?x=1`. */
  readonly url: string;
  readonly credentials: Credentials;
  readonly signal: AbortSignal;
}

/** Where services are, as Fastify writes it. */
export const PROXY_PATH = "/api/v1/namespaces/:namespace/services/:service/proxy";
/** Segments before what is passed on: `api`, `v1`, `namespaces`, …, `services`, …, `proxy`. */
const PREFIX_SEGMENTS = 7;

/**
 * A connection to the service that a request names, for a caller who may reach the services of the namespace and see the
 * cluster.
 *
 * @throws ApiError, KubeError when he may not, or there is no such service of a Ray cluster
 */
export async function reachService(
  { method, url, credentials, signal }: ServiceRequest,
  { reader, calls, nodePort }: ServiceProxyOptions,
): Promise<Duplex> {
  const [, , , namespace = "", , service = ""] = segmentsOf(requestPath(url).path);
  const address = serviceAddress(namespace, service);
  const caller = await calls.authenticate(credentials, { signal });
  await calls.permit(caller, [proxyAccess(method, address)], { signal });
  const found = await rayService(reader, address, signal);
  await calls.permit(caller, [clusterAccess(namespace, found.cluster)], { signal });
  const backend = await backendOf(reader, found.service, { wanted: address.port, signal });
  return byteDuplex(await nodePort.connect(backend.pod, backend.port));
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

/** The path as it was sent, without ours in front; not decoded, since what is behind decodes it. */
export function pathBehind(url: string): string {
  const { path } = requestPath(url);
  return `/${path
    .split("/")
    .slice(1 + PREFIX_SEGMENTS)
    .join("/")}${url.slice(path.length)}`;
}

/** What of a path is ours. */
export function prefixOf(url: string): string {
  return requestPath(url)
    .path.split("/")
    .slice(0, 1 + PREFIX_SEGMENTS)
    .join("/");
}

/** Of one connection only, or ours: the caller's token is none of the cluster's business. */
const NOT_PASSED_ON = new Set([
  ...["connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"],
  ...["transfer-encoding", "upgrade", "host", "authorization", "content-length", "x-request-id"],
]);

export function headersPassedOn({ headers }: IncomingMessage): Record<string, string | string[]> {
  const kept = Object.entries(headers).filter(([name]) => !NOT_PASSED_ON.has(name));
  return Object.fromEntries(kept) as Record<string, string | string[]>;
}
