import { type Action, create, patch } from "@heliostat/controller";
import {
  controllerOf,
  isControlledBy,
  type KubeObject,
  PERSISTENT_VOLUME_CLAIMS,
  type PersistentVolumeClaim,
} from "@heliostat/kube";
import { EVENT_ACTION, EVENT_REASON, gcsClaim, needsGcsClaim, type RayCluster } from "@heliostat/ray";
import type { RayClusterView } from "../view.ts";
import { STEP } from "./plan-steps.ts";

/**
 * The claim of the control store, made where it is missing. What lies in it is the user's: only whether it goes with the
 * cluster may change.
 */
export function planClaim({ cluster, others }: RayClusterView): readonly Action[] {
  if (!needsGcsClaim(cluster)) return [];
  const wanted = gcsClaim(cluster);
  const live = others.find((object): object is PersistentVolumeClaim => isNamesake(object, wanted));
  if (!live) return [makingClaim(wanted)];
  const controller = controllerOf(live);
  if (controller && !isControlledBy(live, cluster)) return [];
  const isOwned = controller !== undefined;
  const isWantedOwned = wanted.metadata.ownerReferences !== undefined;
  return isOwned === isWantedOwned ? [] : [owning(live, wanted, cluster)];
}

function isNamesake(object: KubeObject, { kind, metadata }: PersistentVolumeClaim): boolean {
  return object.kind === kind && object.metadata.name === metadata.name;
}

function makingClaim(claim: PersistentVolumeClaim): Action {
  return create(PERSISTENT_VOLUME_CLAIMS, claim, {
    why: "the control store has nowhere to keep its state",
    mayExist: true,
    step: STEP.beforePods,
    event: {
      onSuccess: EVENT_REASON.createdClaim,
      onFailure: EVENT_REASON.failedToCreateClaim,
      action: EVENT_ACTION.create,
    },
  });
}

function owning(live: PersistentVolumeClaim, wanted: PersistentVolumeClaim, cluster: RayCluster): Action {
  const { uid = "", resourceVersion = "", ownerReferences = [] } = live.metadata;
  const foreign = ownerReferences.filter((reference) => reference.uid !== cluster.metadata.uid);
  const references = [...foreign, ...(wanted.metadata.ownerReferences ?? [])];
  const metadata = { uid, resourceVersion, ownerReferences: references.map((each) => ({ ...each })) };
  return patch(PERSISTENT_VOLUME_CLAIMS, live, {
    why: wanted.metadata.ownerReferences ? "it goes with the cluster" : "it outlives the cluster",
    step: STEP.beforePods,
    patch: { type: "merge", body: { metadata } },
  });
}
