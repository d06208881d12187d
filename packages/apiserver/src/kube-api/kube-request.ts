import { EVENTS, KubeError, type KubeObject, type Resource } from "@heliostat/kube";
import { RAY_CLUSTERS, RAY_CRON_JOBS, RAY_JOBS, RAY_SERVICES } from "@heliostat/ray";
import { segmentsOf } from "../http/request-path.ts";

/** What is done, in the words of Kubernetes' permissions. */
export type KubeVerb =
  | "get"
  | "list"
  | "watch"
  | "create"
  | "update"
  | "patch"
  | "delete"
  | "deletecollection";

/** What of Kubernetes' API a request is about. */
export interface KubeTarget {
  readonly resource: Resource<KubeObject>;
  /** Absent: all. */
  readonly namespace?: string;
  /** Absent: the collection. */
  readonly name?: string;
  readonly subresource?: "status";
}

/** Kinds of `ray.io`, by the plural in paths. */
const RAY_RESOURCES: ReadonlyMap<string, Resource<KubeObject>> = new Map(
  [RAY_CLUSTERS, RAY_JOBS, RAY_SERVICES, RAY_CRON_JOBS].map((resource) => [
    resource.plural,
    resource as unknown as Resource<KubeObject>,
  ]),
);

/**
 * The target of `/apis/ray.io/v1/[namespaces/{namespace}/]{plural}[/{name}[/status]]`.
 *
 * @throws KubeError `NotFound` for any other path below it
 */
export function rayTarget(path: string): KubeTarget {
  const rest = segmentsOf(path).slice(RAY_PREFIX_SEGMENTS);
  const isNamespaced = rest[0] === "namespaces" && rest.length > 2;
  const [plural = "", name, subresource, ...surplus] = isNamespaced ? rest.slice(2) : rest;
  const resource = RAY_RESOURCES.get(plural);
  const namespace = isNamespaced ? rest[1] : undefined;
  const isKnown =
    resource !== undefined &&
    surplus.length === 0 &&
    isSegment(namespace) &&
    isSegment(name) &&
    (name === undefined || namespace !== undefined) &&
    (subresource === undefined || subresource === "status");
  if (!isKnown) throw notFound();
  return {
    resource,
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(subresource !== undefined && { subresource: "status" }),
  };
}

/** `apis`, `ray.io`, `v1` */
const RAY_PREFIX_SEGMENTS = 3;

/** The events of one namespace. @throws KubeError `NotFound` for what is no name */
export function eventTarget(namespace: string): KubeTarget {
  if (!isSegment(namespace)) throw notFound();
  return { resource: EVENTS as unknown as Resource<KubeObject>, namespace };
}

function notFound(): KubeError {
  return new KubeError("NotFound", "the server could not find the requested resource");
}

/** What is asked about must be what is passed on: nothing that a server behind us could read as another path. */
function isSegment(text: string | undefined): boolean {
  return text === undefined || (text !== "" && text !== "." && text !== ".." && !text.includes("/"));
}

/** The path of a target, encoded anew. */
export function targetPath({ resource, namespace, name, subresource }: KubeTarget): string {
  const { group, version, plural } = resource;
  const place = namespace === undefined ? [] : ["namespaces", namespace];
  const object = [name, subresource].filter((segment) => segment !== undefined);
  return ["/apis", group, version, ...place, plural, ...object]
    .map((segment, index) => (index === 0 ? segment : encodeURIComponent(segment)))
    .join("/");
}

/** The verb of a request. @throws KubeError `MethodNotAllowed` where Kubernetes has none */
export function kubeVerb(
  method: string,
  { name, namespace, subresource }: KubeTarget,
  query: URLSearchParams,
): KubeVerb {
  const isOne = name !== undefined;
  const verbs: Readonly<Record<string, KubeVerb | undefined>> = isOne
    ? { GET: "get", PUT: "update", PATCH: "patch", DELETE: subresource === undefined ? "delete" : undefined }
    : {
        GET: isFlagged(query, "watch") ? "watch" : "list",
        POST: namespace === undefined ? undefined : "create",
        DELETE: namespace === undefined ? undefined : "deletecollection",
      };
  const verb = verbs[method];
  if (verb === undefined) {
    throw new KubeError(
      "MethodNotAllowed",
      "the server does not allow this method on the requested resource",
    );
  }
  return verb;
}

/** Whether a parameter is set and not `false` or `0`, as Kubernetes reads them. */
function isFlagged(query: URLSearchParams, name: string): boolean {
  const text = query.get(name);
  return text !== null && text !== "false" && text !== "0";
}
