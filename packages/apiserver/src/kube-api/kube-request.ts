import { EVENTS, KubeError, type KubeObject, type Resource } from "@heliostat/kube";
import { RAY_CLUSTERS, RAY_CRON_JOBS, RAY_JOBS, RAY_SERVICES } from "@heliostat/ray";
import { segmentsOf } from "../http/request-path.ts";

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
    namespace !== "" &&
    name !== "" &&
    (name === undefined || namespace !== undefined) &&
    (subresource === undefined || subresource === "status");
  if (!isKnown) throw new KubeError("NotFound", "the server could not find the requested resource");
  return {
    resource,
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(subresource !== undefined && { subresource: "status" }),
  };
}

/** `apis`, `ray.io`, `v1` */
const RAY_PREFIX_SEGMENTS = 3;

/** The events of one namespace. */
export function eventTarget(namespace: string): KubeTarget {
  return { resource: EVENTS as unknown as Resource<KubeObject>, namespace };
}

/** @throws KubeError `BadRequest` */
export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  if (!/^\d{1,15}$/.test(text)) {
    throw new KubeError(
      "BadRequest",
      `Cannot read the parameter "${name}": want a whole number, not "${text}"`,
    );
  }
  return Number(text);
}

/** Whether a parameter is `true` or `1`, as Kubernetes reads them. */
export function flag(query: URLSearchParams, name: string): boolean {
  const text = query.get(name);
  return text === "true" || text === "1";
}
