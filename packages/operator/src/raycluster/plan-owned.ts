import { type Action, apply, create, patch, remove } from "@heliostat/controller";
import {
  type Applicable,
  controllerOf,
  isControlledBy,
  isTerminating,
  type KubeObject,
  type ObjectMeta,
  PERSISTENT_VOLUME_CLAIMS,
  type PersistentVolumeClaim,
  type Pod,
  SECRETS,
  SERVICES,
  type Secret,
  type Service,
} from "@heliostat/kube";
import { ANNOTATION, authSecret, EVENT_ACTION, fingerprint, needsAuthSecret } from "@heliostat/ray";
import { isAsWanted } from "./as-wanted.ts";
import { CLAIM_KIND, keptKinds, type OwnedKind } from "./owned-kinds.ts";
import { planLabels } from "./plan-labels.ts";
import { isAlive } from "./pod-state.ts";
import type { RayClusterView } from "./view.ts";

/**
 * Steps of a plan: pods wait for what they need, and workers for the head to be made. Where there is room for some pods
 * only, a head is of use without its workers, and they are of none without it.
 */
export const STEP = { beforePods: "before pods", head: "head", workers: "workers" } as const;

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

/**
 * What says that the API has taken our word on an object in this form and of this hash. Where it has stored it in words
 * of its own, asking again would change nothing.
 */
export function settledKey(
  { metadata }: KubeObject,
  hash: string | undefined = metadata.annotations?.[ANNOTATION.appliedHash],
): string {
  return `${metadata.uid}/${metadata.resourceVersion}/${hash}`;
}

/** The objects of a kind in the view. */
export function presentOf(
  { services, others }: RayClusterView,
  { resource }: OwnedKind,
): readonly KubeObject[] {
  return [...services, ...others].filter(({ kind }) => kind === resource.kind);
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

function planUnwanted(view: RayClusterView, kind: OwnedKind): readonly Action[] {
  const wanted = new Set(kind.wanted(view.cluster, view.settings).map(({ metadata }) => metadata.name));
  const { isUsedBy } = kind;
  if (wanted.size === 0 && isUsedBy && view.pods.some((pod) => isUsedBy(pod))) return [];
  return presentOf(view, kind)
    .filter((object) => isControlledBy(object, view.cluster) && !isTerminating(object))
    .filter(({ metadata }) => !wanted.has(metadata.name))
    .map((object) => removing(kind, object, "the cluster no longer wants it"));
}

function removing(kind: OwnedKind, object: KubeObject, why: string): Action {
  const { deleted, failedToDelete } = kind.events;
  return remove(kind.resource, object, { why, event: words(EVENT_ACTION.delete, deleted, failedToDelete) });
}

/** Made once and never written again; removed when no pod can ask for it any more. */
function planSecret(view: RayClusterView): readonly Action[] {
  const present = view.others.filter(({ kind }) => kind === SECRETS.kind);
  if (needsAuthSecret(view.cluster)) {
    const wanted = authSecret(view.cluster, { token: view.newToken });
    const live = present.find(({ metadata }) => metadata.name === wanted.metadata.name);
    if (!live) return [makingSecret(wanted)];
    if (!isControlledBy(live, view.cluster)) return [];
    return planLabels(live, { resource: SECRETS, wanted, step: STEP.beforePods });
  }
  return present
    .filter((secret) => isControlledBy(secret, view.cluster) && !isTerminating(secret))
    .filter(({ metadata }) => !view.pods.some((pod) => isAlive(pod) && isReading(pod, metadata.name)))
    .map((secret) => remove(SECRETS, secret, { why: "the cluster no longer asks for a token" }));
}

function makingSecret(secret: Secret): Action {
  return create(SECRETS, secret, {
    why: "the cluster lacks its token",
    mayExist: true,
    step: STEP.beforePods,
  });
}

/** Made where it is missing. What lies in it is the user's: only whether it goes with the cluster may change. */
function planClaim(view: RayClusterView): readonly Action[] {
  return CLAIM_KIND.wanted(view.cluster, view.settings).flatMap((wanted) => {
    const live = presentOf(view, CLAIM_KIND).find(({ metadata }) => metadata.name === wanted.metadata.name);
    if (!live) return [makingClaim(wanted as PersistentVolumeClaim)];
    const controller = controllerOf(live);
    if (controller && !isControlledBy(live, view.cluster)) return [];
    const isWantedOwned = wanted.metadata.ownerReferences !== undefined;
    if (isWantedOwned === (controller !== undefined)) return [];
    return [owning(live, { wanted, cluster: view.cluster })];
  });
}

function makingClaim(claim: PersistentVolumeClaim): Action {
  const { created, failedToCreate } = CLAIM_KIND.events;
  return create(PERSISTENT_VOLUME_CLAIMS, claim, {
    why: "the control store has nowhere to keep its state",
    mayExist: true,
    step: STEP.beforePods,
    event: words(EVENT_ACTION.create, created, failedToCreate),
  });
}

function owning(
  live: KubeObject,
  { wanted, cluster }: { readonly wanted: KubeObject; readonly cluster: KubeObject },
): Action {
  const { uid = "", resourceVersion = "", ownerReferences = [] } = live.metadata;
  const foreign = ownerReferences.filter((reference) => reference.uid !== cluster.metadata.uid);
  const references = [...foreign, ...(wanted.metadata.ownerReferences ?? [])];
  const metadata = {
    uid,
    resourceVersion,
    ownerReferences: references.map((reference) => ({ ...reference })),
  };
  return patch(PERSISTENT_VOLUME_CLAIMS, live as PersistentVolumeClaim, {
    why: wanted.metadata.ownerReferences ? "it goes with the cluster" : "it outlives the cluster",
    step: STEP.beforePods,
    patch: { type: "merge", body: { metadata } },
  });
}

function isReading({ spec }: Pod, secret: string): boolean {
  return (spec?.containers ?? []).some(({ env = [] }) =>
    env.some(({ valueFrom }) => valueFrom?.secretKeyRef?.name === secret),
  );
}

/** With a fingerprint, so that a change of what is wanted shows even where it only leaves something out. */
function hashed(wanted: KubeObject): Applicable<KubeObject> {
  // How an object stands is for its own controller to say.
  const { status: _status, ...kept } = wanted as KubeObject & { readonly status?: object };
  const annotations = { ...kept.metadata.annotations, [ANNOTATION.appliedHash]: fingerprint(kept) };
  return { ...kept, metadata: { ...kept.metadata, annotations } } as Applicable<KubeObject>;
}

function hashIn({
  metadata,
}: {
  readonly metadata: Applicable<KubeObject>["metadata"] & Pick<ObjectMeta, "annotations">;
}): string | undefined {
  return metadata.annotations?.[ANNOTATION.appliedHash];
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

/**
 * What cannot be changed has to make room for another: a service without an address, which cannot be given one, and a
 * gang of another size.
 */
function needsAnother({ replacedWithout }: OwnedKind, live: KubeObject, wanted: KubeObject): boolean {
  if (replacedWithout !== undefined) return !isAsWanted(live, specOf(wanted));
  return live.kind === SERVICES.kind && isHeadless(live) && !isHeadless(wanted);
}

function specOf(object: KubeObject): object {
  return { spec: (object as KubeObject & { readonly spec?: object }).spec };
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

function isHeadless(service: KubeObject): boolean {
  return (service as Service).spec?.clusterIP === "None";
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
