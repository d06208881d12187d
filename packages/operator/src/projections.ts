import type { Projection } from "@heliostat/controller";
import { PODS } from "@heliostat/kube";

/** All that reconcilers look at in a pod. A pod of Ray is 6 kB as text, for the most part its environment. */
const POD_FIELDS: readonly string[] = [
  ...["creationTimestamp", "deletionTimestamp", "labels", "annotations", "ownerReferences"].map(
    (field) => `metadata.${field}`,
  ),
  "spec.restartPolicy",
  // Who still reads a secret that is to go.
  "spec.containers.env.valueFrom.secretKeyRef.name",
  ...["phase", "reason", "podIP"].map((field) => `status.${field}`),
  ...["type", "status", "reason", "message", "lastTransitionTime"].map(
    (field) => `status.conditions.${field}`,
  ),
  ...["containerStatuses", "initContainerStatuses"].flatMap((list) =>
    ["name", "image", "restartCount", "state", "lastState"].map((field) => `status.${list}.${field}`),
  ),
];

/** What an operator that runs alone keeps in memory of what it watches. */
export const OPERATOR_PROJECTIONS: readonly Projection[] = [{ resource: PODS, fields: POD_FIELDS }];
