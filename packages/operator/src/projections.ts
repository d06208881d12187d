import type { Projection } from "@heliostat/controller";
import { PODS } from "@heliostat/kube";
import type { Fields } from "@heliostat/watch-cache";

const CONTAINER_STATUS: Fields = {
  name: "shared",
  image: "shared",
  restartCount: "shared",
  state: "shared",
  lastState: { terminated: "shared" },
};

/** All that reconcilers look at in a pod. A pod of Ray is 15 kB as text, for the most part its environment. */
const POD_FIELDS: Fields = {
  apiVersion: "shared",
  kind: "shared",
  metadata: {
    name: "own",
    namespace: "shared",
    uid: "own",
    resourceVersion: "own",
    creationTimestamp: "shared",
    deletionTimestamp: "shared",
    labels: { "ray.io/*": "shared" },
    annotations: { "ray.io/*": "shared" },
    ownerReferences: "shared",
  },
  spec: {
    restartPolicy: "shared",
    // Whether a head runs the autoscaler, and who still reads a secret that is to go.
    containers: { name: "shared", env: { valueFrom: { secretKeyRef: { name: "shared" } } } },
  },
  status: {
    phase: "shared",
    reason: "shared",
    podIP: "own",
    conditions: {
      type: "shared",
      status: "shared",
      reason: "shared",
      message: "shared",
      lastTransitionTime: "shared",
    },
    containerStatuses: CONTAINER_STATUS,
    initContainerStatuses: CONTAINER_STATUS,
  },
};

/** What an operator that runs alone keeps in memory of what it watches. */
export const OPERATOR_PROJECTIONS: readonly Projection[] = [{ resource: PODS, fields: POD_FIELDS }];
