import { isKubeError, type KubeObject, keyOf, type ObjectName, type Resource } from "@heliostat/kube";
import type { WatchCache } from "@heliostat/watch-cache";
import { ApiError } from "../errors/api-error.ts";
import { notFound } from "../errors/failures.ts";
import { API_LABEL, API_MANAGER } from "../objects/vocabulary.ts";
import type { ApiPorts } from "../ports.ts";

/** One kind of object, and how KubeRay's messages call it. */
export interface Findable<T extends KubeObject> {
  readonly resource: Resource<T>;
  readonly cache: WatchCache<T>;
  /** `Cluster`, in "Cluster x not found". */
  readonly noun: string;
}

export interface FindOptions {
  readonly signal: AbortSignal;
  /** Ask Kubernetes for the newest state, as whoever writes must. @default the cache's, and Kubernetes where it has none */
  readonly isFresh?: boolean;
}

/**
 * An object of an API server's making, by name.
 *
 * @throws ApiError `NotFound`; `FailedPrecondition` for one that somebody else has made
 */
export async function findManaged<T extends KubeObject>(
  { client }: Pick<ApiPorts, "client">,
  findable: Findable<T>,
  target: ObjectName & FindOptions,
): Promise<T> {
  const { signal, isFresh = false, name, namespace = "" } = target;
  const cached = isFresh ? undefined : findable.cache.get(keyOf({ name, namespace }));
  const object = cached ?? (await get());
  if (isManaged(object)) return object;
  throw new ApiError(
    "FailedPrecondition",
    `${findable.resource.kind} with name ${name} not managed by ${API_MANAGER}`,
  );

  async function get(): Promise<T> {
    try {
      return await client.get(findable.resource, { name, namespace }, { signal });
    } catch (error) {
      if (isKubeError(error, "NotFound")) throw notFound(`${findable.noun} ${name} not found`, error);
      throw error;
    }
  }
}

/** Whether an API server has made this object: ours, or KubeRay's. */
export function isManaged({ metadata }: KubeObject): boolean {
  return metadata.labels?.[API_LABEL.managedBy] === API_MANAGER;
}
