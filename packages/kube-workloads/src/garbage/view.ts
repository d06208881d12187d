import type { Caches } from "@heliostat/controller";
import {
  groupVersion,
  isKubeError,
  isTerminating,
  type KubeObject,
  type KubeReader,
  keyOf,
  type ObjectName,
  type OwnerReference,
  type Resource,
} from "@heliostat/kube";
import { BY_OWNER_UID } from "@heliostat/watch-cache";

/** An object together with the resource it is one of. */
export interface Located {
  readonly resource: Resource;
  readonly object: KubeObject;
}

/** What is known of one owner. `foreign`: nobody can say, because its kind is not served or its reference is amiss. */
export interface OwnerSighting {
  readonly reference: OwnerReference;
  readonly is: "present" | "absent" | "waiting for its dependents" | "foreign";
}

/** Everything a decision about one object and its relations rests on. */
export interface GarbageView extends Located {
  readonly owners: readonly OwnerSighting[];
  /** The objects that name this very object as an owner. */
  readonly dependents: readonly Located[];
}

export const FOREGROUND = "foregroundDeletion";
export const ORPHAN = "orphan";

/** How the collector looks at the world: caches for what is there, the API itself for what seems not to be. */
export interface Surroundings {
  readonly caches: Caches;
  readonly reader: KubeReader;
  readonly resources: readonly Resource[];
}

export async function viewGarbage(located: Located, surroundings: Surroundings): Promise<GarbageView> {
  const references = located.object.metadata.ownerReferences ?? [];
  // All caches are read before the first wait: one may be gone after it.
  const dependents = dependentsOf(located.object, surroundings);
  const owners = await Promise.all(
    references.map(async (reference) => ({
      reference,
      is: await ownerState(reference, located.object, surroundings),
    })),
  );
  return { ...located, owners, dependents };
}

/** The objects of all resources that name `owner`, this very object, as an owner. */
export function dependentsOf(
  { metadata }: KubeObject,
  { caches, resources }: Pick<Surroundings, "caches" | "resources">,
): readonly Located[] {
  const { uid } = metadata;
  if (uid === undefined) return [];
  return resources.flatMap((resource) =>
    caches
      .of(resource)
      .byIndex(BY_OWNER_UID, uid)
      .map((object) => ({ resource, object })),
  );
}

/** The resource whose objects a reference may mean; `undefined` when none such is served. */
export function resourceOf(
  { apiVersion, kind }: Pick<OwnerReference, "apiVersion" | "kind">,
  resources: readonly Resource[],
): Resource | undefined {
  const { group } = groupVersion(apiVersion);
  return resources.find((resource) => resource.kind === kind && resource.group === group);
}

async function ownerState(
  reference: OwnerReference,
  dependent: KubeObject,
  { caches, reader, resources }: Surroundings,
): Promise<OwnerSighting["is"]> {
  const resource = resourceOf(reference, resources);
  const { namespace } = dependent.metadata;
  // What has no namespace cannot be owned from within one: there is no telling which.
  if (!resource || (resource.isNamespaced && namespace === undefined)) return "foreign";
  const name =
    resource.isNamespaced && namespace ? { namespace, name: reference.name } : { name: reference.name };
  const cached = caches.of(resource).get(keyOf(name));
  const owner = cached?.metadata.uid === reference.uid ? cached : await fromApi(reader, resource, name);
  if (owner?.metadata.uid !== reference.uid) return "absent";
  return isWaitingForDependents(owner) ? "waiting for its dependents" : "present";
}

/** A cache may be behind; nothing is deleted on its word alone. */
async function fromApi(
  reader: KubeReader,
  resource: Resource,
  name: ObjectName,
): Promise<KubeObject | undefined> {
  try {
    return await reader.get(resource, name);
  } catch (error) {
    if (isKubeError(error, "NotFound")) return undefined;
    throw error;
  }
}

function isWaitingForDependents(object: KubeObject): boolean {
  return isTerminating(object) && (object.metadata.finalizers ?? []).includes(FOREGROUND);
}
