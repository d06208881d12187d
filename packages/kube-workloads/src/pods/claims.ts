import { type Action, owned, patch, type Watch, watching } from "@heliostat/controller";
import {
  controllerOf,
  controllerReference,
  isControlledBy,
  isTerminating,
  type KubeObject,
  keyOf,
  type LabelSelectorSpec,
  matchesLabels,
  nameOf,
  type Resource,
  requirementsOf,
} from "@heliostat/kube";
import { BY_NAMESPACE, type CacheReader, type Index } from "@heliostat/watch-cache";

/** Somebody who owns what its selector matches. */
export interface Claimant extends KubeObject {
  readonly spec?: { readonly selector?: LabelSelectorSpec };
}

export interface Claims<T extends KubeObject> {
  /** What is the claimant's, or is about to be. */
  readonly claimed: readonly T[];
  /** Adopt what nobody controls, let go what the selector no longer matches. */
  readonly actions: readonly Action[];
}

/**
 * Who of `candidates` belongs to `claimant` (Kubernetes: `ControllerRefManager`). A claimant that is being deleted
 * keeps what it has and adopts nothing.
 */
export function planClaims<T extends KubeObject>(
  claimant: Claimant,
  candidates: readonly T[],
  resource: Resource<T>,
): Claims<T> {
  const owned = candidates.filter((candidate) => isControlledBy(candidate, claimant));
  if (isTerminating(claimant)) return { claimed: owned, actions: [] };
  const kept = owned.filter((candidate) => selects(claimant, candidate));
  const released = owned.filter((candidate) => !selects(claimant, candidate) && !isTerminating(candidate));
  const adopted = candidates.filter((candidate) => isOrphan(candidate) && selects(claimant, candidate));
  return {
    claimed: [...kept, ...adopted],
    actions: [
      ...released.map((object) => release(resource, object, claimant)),
      ...adopted.map((object) => adopt(resource, object, claimant)),
    ],
  };
}

/** What the claimant controls, and what of its namespace nobody does. */
export function candidatesFor<T extends KubeObject>(
  { metadata }: Claimant,
  cached: CacheReader<T>,
): readonly T[] {
  const { uid = "", namespace = "" } = metadata;
  return [...cached.byIndex(BY_CONTROLLER, uid), ...cached.byIndex(BY_CONTROLLER, orphansOf(namespace))];
}

const BY_CONTROLLER: Index = {
  name: "controller",
  valuesOf: (object) => [controllerOf(object)?.uid ?? orphansOf(object.metadata.namespace ?? "")],
};

function orphansOf(namespace: string): string {
  return `orphans of ${namespace}`;
}

/** Watch what a claimant controls, and what it might adopt. */
export function claimable<T extends KubeObject>(
  resource: Resource<T>,
  claimants: Resource<Claimant>,
): Watch<T> {
  const { toKeys } = owned(resource, claimants);
  return watching(resource, (object, sighting) => {
    if (controllerOf(object)) return toKeys(object, sighting);
    return sighting.caches
      .of(claimants)
      .byIndex(BY_NAMESPACE, object.metadata.namespace ?? "")
      .filter((claimant) => selects(claimant, object))
      .map((claimant) => keyOf(nameOf(claimant)));
  });
}

/** Whether the claimant's selector matches the object. An absent or empty selector matches nothing here. */
function selects({ spec }: Claimant, { metadata }: KubeObject): boolean {
  const requirements = requirementsOf(spec?.selector ?? {});
  return requirements.length > 0 && matchesLabels(requirements, metadata.labels);
}

function isOrphan(object: KubeObject): boolean {
  return controllerOf(object) === undefined && !isTerminating(object);
}

function adopt<T extends KubeObject>(resource: Resource<T>, object: T, claimant: Claimant): Action {
  return patchOwners(resource, object, {
    reference: { ...controllerReference(claimant) },
    why: `nobody controls it and the selector of ${claimant.kind} ${claimant.metadata.name} matches it`,
  });
}

function release<T extends KubeObject>(resource: Resource<T>, object: T, claimant: Claimant): Action {
  return patchOwners(resource, object, {
    reference: { $patch: "delete", uid: claimant.metadata.uid ?? "" },
    why: `the selector of ${claimant.kind} ${claimant.metadata.name} no longer matches it`,
  });
}

/** The uid in the patch insists on the very object that was seen. */
function patchOwners<T extends KubeObject>(
  resource: Resource<T>,
  object: T,
  {
    reference,
    why,
  }: { readonly reference: Readonly<Record<string, string | boolean>>; readonly why: string },
): Action {
  const { uid = "" } = object.metadata;
  const body = { metadata: { uid, ownerReferences: [reference] } };
  return patch(resource, object, { patch: { type: "strategic", body }, why });
}
