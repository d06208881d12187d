import {
  type Caches,
  carryOut,
  DONE,
  lookAgain,
  type Reconciler,
  readOnly,
  resultOf,
  type Sighting,
  type Watch,
} from "@heliostat/controller";
import {
  CUSTOM_RESOURCE_DEFINITIONS,
  groupResource,
  isKubeError,
  isTerminating,
  type KubeObject,
  type KubeReader,
  keyOf,
  nameOf,
  type ObjectName,
  type Resource,
} from "@heliostat/kube";
import { servedResources } from "../served-resources.ts";
import { planGarbage } from "./plan.ts";
import { dependentsOf, FOREGROUND, type Located, ORPHAN, resourceOf, viewGarbage } from "./view.ts";

export interface GarbageOptions {
  /** The built-in resources whose objects may own or be owned. Custom ones are followed as they come. */
  readonly resources: readonly Resource[];
}

/** How long to wait for the kind of an owner to be served. */
const UNKNOWN_OWNER_MS = 60_000;
/** How long to give a cache that is behind the API. */
const STALE_MS = 100;

/**
 * Deletes what has lost its owners, in the background or in the foreground, or frees it from them.
 *
 * Its keys are `pods default/demo-head`: objects of all resources in one queue.
 */
export function garbageCollector({ resources }: GarbageOptions): Reconciler {
  function known(caches: Caches): readonly Resource[] {
    return servedResources(resources, caches.of(CUSTOM_RESOURCE_DEFINITIONS).list());
  }
  return {
    name: "garbage-collector",
    watches: [readOnly(CUSTOM_RESOURCE_DEFINITIONS)],
    furtherWatches: (caches) => known(caches).map((resource) => related(resource, known)),
    async reconcile(key, context) {
      const { caches, client } = context;
      const resources = known(caches);
      const located = locate(key, { caches, resources });
      if (!located) return DONE;
      const view = await viewGarbage(located, { caches, reader: client, resources });
      const plan = planGarbage(view);
      if (plan.actions.length > 0 && !(await isAsSeen(located, client))) return lookAgain(STALE_MS);
      const outcome = await carryOut(plan, located.object, context);
      const isPuzzling = view.owners.some(({ is }) => is === "foreign") && plan.actions.length === 0;
      return isPuzzling ? lookAgain(UNKNOWN_OWNER_MS) : resultOf(plan, outcome);
    },
  };
}

/** Look at an object itself when it has relations, and at its relations when it goes. */
function related(resource: Resource, known: (caches: Caches) => readonly Resource[]): Watch {
  return {
    resource,
    toKeys(object, { caches, isGone }: Sighting) {
      const own = isConcern(object) && !isGone ? [keyFor({ resource, object })] : [];
      if (!isGone && !isTerminating(object)) return own;
      const resources = known(caches);
      const dependents = dependentsOf(object, { caches, resources }).map(keyFor);
      return [...own, ...dependents, ...ownerKeys(object, resources)];
    },
  };
}

function isConcern({ metadata }: KubeObject): boolean {
  const { ownerReferences = [], finalizers = [] } = metadata;
  return ownerReferences.length > 0 || finalizers.includes(FOREGROUND) || finalizers.includes(ORPHAN);
}

function ownerKeys({ metadata }: KubeObject, resources: readonly Resource[]): readonly string[] {
  return (metadata.ownerReferences ?? []).flatMap((reference) => {
    const resource = resourceOf(reference, resources);
    if (!resource) return [];
    const { namespace } = metadata;
    const name =
      resource.isNamespaced && namespace ? { namespace, name: reference.name } : { name: reference.name };
    return [keyTo(resource, name)];
  });
}

function keyFor({ resource, object }: Located): string {
  return keyTo(resource, nameOf(object));
}

function keyTo(resource: Resource, name: ObjectName): string {
  return `${groupResource(resource)} ${keyOf(name)}`;
}

function locate(
  key: string,
  { caches, resources }: { readonly caches: Caches; readonly resources: readonly Resource[] },
): Located | undefined {
  const space = key.indexOf(" ");
  const resource = resources.find((each) => groupResource(each) === key.slice(0, space));
  const object = resource && caches.of(resource).get(key.slice(space + 1));
  return resource && object && { resource, object };
}

/** Whether the API, asked now, still has the object as the cache showed it. */
async function isAsSeen({ resource, object }: Located, reader: KubeReader): Promise<boolean> {
  try {
    const { metadata } = await reader.get(resource, nameOf(object));
    return (
      metadata.uid === object.metadata.uid && metadata.resourceVersion === object.metadata.resourceVersion
    );
  } catch (error) {
    if (isKubeError(error, "NotFound")) return false;
    throw error;
  }
}
