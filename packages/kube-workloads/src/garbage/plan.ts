import { type Action, type Plan, patch, remove } from "@heliostat/controller";
import { isTerminating, type Json, type KubeObject } from "@heliostat/kube";
import { FOREGROUND, type GarbageView, type Located, ORPHAN } from "./view.ts";

/**
 * Decide what the garbage collector does about one object (Kubernetes' rules for background, foreground and orphan
 * deletion).
 *
 * An object goes when none of its owners is left. While one is left, references to those that are gone are struck out.
 */
export function planGarbage(view: GarbageView): Plan {
  const { object } = view;
  const finalizers = object.metadata.finalizers ?? [];
  if (isTerminating(object) && finalizers.includes(ORPHAN)) return planOrphans(view);
  if (isTerminating(object) && finalizers.includes(FOREGROUND)) return planForeground(view);
  return isTerminating(object) ? { actions: [] } : planDependent(view);
}

/** Let go of the dependents, then of the object. */
function planOrphans({ resource, object, dependents }: GarbageView): Plan {
  if (dependents.length === 0) return { actions: [withoutFinalizer({ resource, object }, ORPHAN)] };
  const uid = object.metadata.uid ?? "";
  const why = "owner is deleted and leaves its dependents behind";
  return {
    actions: dependents.map((dependent) => withoutOwners(dependent, [uid], why)),
    checkAgainAfterMs: 0,
  };
}

/** Wait for the dependents that block; they are told by the change of their owner and go by themselves. */
function planForeground({ resource, object, dependents }: GarbageView): Plan {
  const blocking = dependents.filter((dependent) => isBlocking(dependent.object, object));
  if (blocking.length === 0) return { actions: [withoutFinalizer({ resource, object }, FOREGROUND)] };
  return { actions: [], waitingFor: `${blocking.length} dependents to go` };
}

function planDependent({ resource, object, owners, dependents }: GarbageView): Plan {
  const lost = owners.filter(({ is }) => is === "absent" || is === "waiting for its dependents");
  if (lost.length === 0) return { actions: [] };
  if (lost.length < owners.length) {
    const uids = lost.map(({ reference }) => reference.uid);
    return { actions: [withoutOwners({ resource, object }, uids, "an owner is gone, another is left")] };
  }
  const isAwaited = lost.some(({ is }) => is === "waiting for its dependents");
  const propagationPolicy = isAwaited && dependents.length > 0 ? "Foreground" : "Background";
  return { actions: [remove(resource, object, { why: "owner is gone", options: { propagationPolicy } })] };
}

function isBlocking(dependent: KubeObject, owner: KubeObject): boolean {
  return (dependent.metadata.ownerReferences ?? []).some(
    ({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion === true,
  );
}

function withoutOwners({ resource, object }: Located, uids: readonly string[], why: string): Action {
  const ownerReferences = (object.metadata.ownerReferences ?? []).filter(({ uid }) => !uids.includes(uid));
  return patch(resource, object, {
    patch: metadataPatch(object, { ownerReferences: asJson(ownerReferences) }),
    why,
  });
}

function withoutFinalizer({ resource, object }: Located, finalizer: string): Action {
  const finalizers = (object.metadata.finalizers ?? []).filter((each) => each !== finalizer);
  return patch(resource, object, {
    patch: metadataPatch(object, { finalizers }),
    why: "nothing stands in the way of its deletion any more",
  });
}

/** A list can only be replaced as a whole: the resourceVersion makes sure that it is the one we have seen. */
function metadataPatch(
  { metadata }: KubeObject,
  change: { readonly [field: string]: Json },
): { readonly type: "merge"; readonly body: Json } {
  const { uid = "", resourceVersion = "" } = metadata;
  return { type: "merge", body: { metadata: { uid, resourceVersion, ...change } } };
}

function asJson(references: readonly object[]): Json {
  return references.map((reference) => ({ ...reference })) as Json;
}
