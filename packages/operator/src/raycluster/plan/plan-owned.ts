import { type Action, apply, patch, remove } from "@heliostat/controller";
import { isControlledBy, isTerminating, type KubeObject, SERVICES, type Service } from "@heliostat/kube";
import { EVENT_ACTION } from "@heliostat/ray";
import { keptKinds, type OwnedKind } from "../owned-kinds.ts";
import { presentOf, type RayClusterView } from "../view.ts";
import { hashed, hashIn, settledKey } from "./applied-hash.ts";
import { isAsWanted } from "./as-wanted.ts";
import { planClaim } from "./plan-claim.ts";
import { planSecret } from "./plan-secret.ts";
import { STEP } from "./plan-steps.ts";

/** Who owns the fields that we apply. */
const FIELD_MANAGER = "heliostat";

/**
 * What brings everything beyond pods to where the spec wants it: what is missing is made, what somebody changed is
 * applied again, what nothing asks for any more is removed. An object of somebody else's is left alone.
 */
export function planOwned(view: RayClusterView): readonly Action[] {
  return [
    ...planSecret(view),
    ...planClaim(view),
    ...keptKinds(view).flatMap((kind) => [...planWanted(view, kind), ...planUnwanted(view, kind)]),
  ];
}

function planWanted(view: RayClusterView, kind: OwnedKind): readonly Action[] {
  const present = new Map(presentOf(view, kind).map((object) => [object.metadata.name, object]));
  return kind.wanted(view.cluster, view.settings).flatMap((wanted) => {
    const live = present.get(wanted.metadata.name);
    if (!live) return [making(kind, wanted)];
    if (!isControlledBy(live, view.cluster)) return [];
    if (isTerminating(live)) return freeing(kind, live);
    return repairs(view, kind, { live, wanted });
  });
}

function planUnwanted(view: RayClusterView, kind: OwnedKind): readonly Action[] {
  const wanted = new Set(kind.wanted(view.cluster, view.settings).map(({ metadata }) => metadata.name));
  const { isUsedBy } = kind;
  if (wanted.size === 0 && isUsedBy && view.pods.some((pod) => isUsedBy(pod))) return [];
  return presentOf(view, kind)
    .filter((object) => isControlledBy(object, view.cluster) && !isTerminating(object))
    .filter(({ metadata }) => !wanted.has(metadata.name))
    .map((object) => removing(kind, object, "the cluster no longer wants it"));
}

function making(kind: OwnedKind, wanted: KubeObject): Action {
  const { created, failedToCreate } = kind.events;
  return apply(kind.resource, hashed(wanted), {
    fieldManager: FIELD_MANAGER,
    why: "the cluster lacks it",
    step: stepOf(kind),
    event: words(EVENT_ACTION.create, created, failedToCreate),
  });
}

function repairs(
  view: RayClusterView,
  kind: OwnedKind,
  { live, wanted }: { readonly live: KubeObject; readonly wanted: KubeObject },
): readonly Action[] {
  if (needsAnother(kind, live, wanted)) return [removing(kind, live, "it cannot be changed in place")];
  const configuration = hashed(withOwnAddress(live, wanted));
  // What another operator made as we want it is left alone until it has to change.
  const measure = hashIn(live) === undefined ? withOwnAddress(live, wanted) : configuration;
  if (isAsWanted(live, measure) || view.settled.has(settledKey(live, hashIn(configuration)))) return [];
  const isAsked = hashIn(live) !== hashIn(configuration);
  const { updated, failedToUpdate } = kind.events;
  const object = { ...configuration, metadata: { ...configuration.metadata, uid: live.metadata.uid ?? "" } };
  return [
    apply(kind.resource, object, {
      fieldManager: FIELD_MANAGER,
      isRepair: true,
      why: isAsked ? "the cluster wants it otherwise" : "somebody has changed it",
      step: stepOf(kind),
      event: words(EVENT_ACTION.update, updated, failedToUpdate),
    }),
  ];
}

function removing(kind: OwnedKind, object: KubeObject, why: string): Action {
  const { deleted, failedToDelete } = kind.events;
  return remove(kind.resource, object, { why, event: words(EVENT_ACTION.delete, deleted, failedToDelete) });
}

/** Pods that run keep the old object in use; their group is made anew under the same name, so they lose nothing. */
function freeing({ resource, replacedWithout }: OwnedKind, live: KubeObject): readonly Action[] {
  const { uid = "", resourceVersion = "", finalizers = [] } = live.metadata;
  if (replacedWithout === undefined || !finalizers.includes(replacedWithout)) return [];
  const others = finalizers.filter((finalizer) => finalizer !== replacedWithout);
  const body = { metadata: { uid, resourceVersion, finalizers: others } };
  const why = "another is to take its place";
  return [patch(resource, live, { why, step: STEP.beforePods, patch: { type: "merge", body } })];
}

/**
 * What cannot be changed has to make room for another: a service without an address, which cannot be given one, and a
 * gang of another size.
 */
function needsAnother({ replacedWithout }: OwnedKind, live: KubeObject, wanted: KubeObject): boolean {
  if (replacedWithout !== undefined) return !isAsWanted(live, specOf(wanted));
  return live.kind === SERVICES.kind && isHeadless(live) && !isHeadless(wanted);
}

/**
 * A service keeps its address for life. Where one has an address and ours would have none it is left its own: whoever
 * knows the address still finds the head. (KubeRay's services had one before they became headless.)
 */
function withOwnAddress(live: KubeObject, wanted: KubeObject): KubeObject {
  if (live.kind !== SERVICES.kind || isHeadless(live) || !isHeadless(wanted)) return wanted;
  const { clusterIP: _none, ...spec } = (wanted as Service).spec ?? {};
  return { ...wanted, spec } as KubeObject;
}

function isHeadless(service: KubeObject): boolean {
  return (service as Service).spec?.clusterIP === "None";
}

function specOf(object: KubeObject): object {
  return { spec: (object as KubeObject & { readonly spec?: object }).spec };
}

function stepOf({ isNeededByPods }: OwnedKind): string {
  return isNeededByPods ? STEP.beforePods : STEP.head;
}

function words(
  action: string,
  onSuccess: string | undefined,
  onFailure: string | undefined,
): NonNullable<Action["event"]> {
  return { action, ...(onSuccess && { onSuccess }), ...(onFailure && { onFailure }) };
}
