import {
  type Caches,
  DONE,
  patchStatus,
  type ReconcileContext,
  type Reconciler,
  readOnly,
  type Watch,
  watching,
} from "@heliostat/controller";
import {
  CUSTOM_RESOURCE_DEFINITIONS,
  isEqualJson,
  isKubeError,
  type KubeObject,
  keyOf,
  nameFromKey,
  nameOf,
  type Pod,
  RESOURCE_QUOTAS,
  type Resource,
  type ResourceQuota,
} from "@heliostat/kube";
import { BY_NAMESPACE } from "@heliostat/watch-cache";
import { hasEnded } from "../pods/pod-state.ts";
import { servedResources } from "../served-resources.ts";
import { limitedResources, quotaStatus } from "./status.ts";

export interface QuotaOptions {
  /** The built-in resources that quotas may limit. */
  readonly resources: readonly Resource[];
}

/**
 * Counts what each ResourceQuota limits: when the quota changes, and when something gives back what it took. What is
 * taken the API itself adds, as it admits it.
 */
export function quotaReconciler({ resources }: QuotaOptions): Reconciler<ResourceQuota> {
  function served(caches: Caches): readonly Resource[] {
    return servedResources(resources, caches.of(CUSTOM_RESOURCE_DEFINITIONS).list());
  }
  return {
    name: "resourcequota-controller",
    resource: RESOURCE_QUOTAS,
    isRelevant: ({ before, after }) => !isEqualJson(before?.spec ?? null, after?.spec ?? null),
    watches: [readOnly(CUSTOM_RESOURCE_DEFINITIONS)],
    furtherWatches: (caches) =>
      served(caches)
        .filter(({ isNamespaced }) => isNamespaced)
        .map(replenishing),
    async reconcile(key, context) {
      const { client, caches, signal } = context;
      const quota = await quotaNow(key, context);
      if (!quota) return DONE;
      const { namespace = "" } = quota.metadata;
      const limited = limitedResources(quota, served(caches));
      // The API is asked and not a cache: whatever it admits after `quota` was read makes the write below a conflict.
      const objects = await Promise.all(
        limited.map(async (resource) => {
          const { items } = await client.list(resource, { namespace, signal });
          return { resource, items };
        }),
      );
      await patchStatus(RESOURCE_QUOTAS, quota, { status: quotaStatus({ quota, objects }), client });
      return DONE;
    },
  };
}

async function quotaNow(key: string, { client }: ReconcileContext): Promise<ResourceQuota | undefined> {
  try {
    return await client.get(RESOURCE_QUOTAS, nameFromKey(key));
  } catch (error) {
    if (isKubeError(error, "NotFound")) return undefined;
    throw error;
  }
}

/** What goes, or ends, gives back what it took. */
function replenishing(resource: Resource): Watch<KubeObject> {
  return watching(resource, (object, { caches, isGone }) => {
    const givesBack = isGone || (resource.kind === "Pod" && hasEnded(object as Pod));
    if (!givesBack) return [];
    return caches
      .of(RESOURCE_QUOTAS)
      .byIndex(BY_NAMESPACE, object.metadata.namespace ?? "")
      .map((quota) => keyOf(nameOf(quota)));
  });
}
