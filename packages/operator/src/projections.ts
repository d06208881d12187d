import type { Projection } from "@heliostat/controller";
import { type KubeObject, PODS, type Pod } from "@heliostat/kube";
import { projection } from "@heliostat/watch-cache";

/** All that reconcilers look at in a pod. A pod of Ray is 6 kB as text, for the most part its environment. */
const POD_FIELDS: readonly string[] = [
  ...["creationTimestamp", "deletionTimestamp", "labels", "annotations", "ownerReferences"].map(
    (field) => `metadata.${field}`,
  ),
  "spec.restartPolicy",
  // Whether a head runs the autoscaler, and who still reads a secret that is to go.
  "spec.containers.name",
  "spec.containers.env.valueFrom.secretKeyRef.name",
  ...["phase", "reason", "podIP"].map((field) => `status.${field}`),
  ...["type", "status", "reason", "message", "lastTransitionTime"].map(
    (field) => `status.conditions.${field}`,
  ),
  ...["containerStatuses", "initContainerStatuses"].flatMap((list) =>
    ["name", "image", "restartCount", "state.waiting", "state.terminated", "lastState"].map(
      (field) => `status.${list}.${field}`,
    ),
  ),
];

const keepPod = projection<Pod>(POD_FIELDS);

/** What an operator that runs alone keeps in memory of what it watches. */
export const OPERATOR_PROJECTIONS: readonly Projection[] = [
  { resource: PODS, transform: (object) => withoutOldTimes(keepPod(object as Pod)) },
];

/** Since when a condition has been true is of no interest, and different in nearly every pod. */
function withoutOldTimes(pod: Pod): KubeObject {
  if (!pod.status?.conditions) return pod;
  const conditions = pod.status.conditions.map(({ lastTransitionTime: since, ...condition }) =>
    condition.status === "True" || since === undefined
      ? condition
      : { ...condition, lastTransitionTime: since },
  );
  return { ...pod, status: { ...pod.status, conditions } } as Pod;
}
