import { type Action, patch } from "@heliostat/controller";
import { PODS, type Pod } from "@heliostat/kube";
import { ANNOTATION, OPERATOR_VERSION, specHash, type WorkerGroupSpec } from "@heliostat/ray";
import { removePodOfMany } from "./pod-actions.ts";
import { isAlive, isHead } from "./pod-state.ts";
import type { Replica } from "./replicas.ts";
import type { RayClusterView } from "./view.ts";

/**
 * What has to happen before anything else because the spec has changed and the user wants running pods to follow: all of
 * them end (KubeRay's `Recreate`). The head goes last, since it alone tells that the pods are of an older spec.
 */
export function planUpgrade(view: RayClusterView): readonly Action[] {
  const { cluster, pods } = view;
  const head = pods.find((pod) => isHead(pod) && isAlive(pod));
  if (!head || cluster.spec.upgradeStrategy?.type !== "Recreate") return [];
  const hash = specHash(cluster.spec);
  const { annotations = {} } = head.metadata;
  const made = annotations[ANNOTATION.recreateHash];
  if (!made || made === hash) return [];
  // A hash of another operator's, or of another version of this one, says nothing about the spec.
  if (annotations[ANNOTATION.operatorVersion] !== OPERATOR_VERSION) return [restamp(head, hash)];
  const workers = pods.filter((pod) => !isHead(pod) && isAlive(pod));
  const next = workers.length > 0 ? workers : [head];
  return next.map((pod) => removePodOfMany(pod, "the spec has changed, and upgradeStrategy is Recreate"));
}

/** The next replicas of a whole group that make room for those of a newer spec. */
export function planRollingUpdate(
  _view: RayClusterView,
  _group: WorkerGroupSpec,
  _replicas: readonly Replica[],
): readonly Action[] {
  return [];
}

function restamp(head: Pod, hash: string): Action {
  const annotations = {
    [ANNOTATION.recreateHash]: hash,
    [ANNOTATION.operatorVersion]: OPERATOR_VERSION,
  };
  return patch(PODS, head, {
    why: "its hash of the spec is another operator's",
    patch: { type: "merge", body: { metadata: { uid: head.metadata.uid ?? "", annotations } } },
  });
}
