/** Types of a RayCluster's conditions. */
export const CONDITION = {
  /** All pods have been ready together once; true until the cluster is suspended. */
  provisioned: "RayClusterProvisioned",
  headPodReady: "HeadPodReady",
  /** The operator could not make or remove a pod. */
  replicaFailure: "ReplicaFailure",
  suspending: "RayClusterSuspending",
  suspended: "RayClusterSuspended",
} as const;

/** Reasons of a RayCluster's conditions. `HeadPodReady` may also carry a reason of the kubelet's. */
export const CONDITION_REASON = {
  allPodsReadyFirstTime: "AllPodRunningAndReadyFirstTime",
  podsProvisioning: "RayClusterPodsProvisioning",
  headPodNotFound: "HeadPodNotFound",
  headPodReady: "HeadPodRunningAndReady",
  unknown: "Unknown",
  failedDeleteAllPods: "FailedDeleteAllPods",
  failedDeleteHeadPod: "FailedDeleteHeadPod",
  failedCreateHeadPod: "FailedCreateHeadPod",
  failedDeleteWorkerPod: "FailedDeleteWorkerPod",
  failedCreateWorkerPod: "FailedCreateWorkerPod",
  /** Reason of suspension's two conditions, which carry their own type as KubeRay writes them. */
  suspending: "RayClusterSuspending",
  suspended: "RayClusterSuspended",
} as const;

/** Words of `status.state`. */
export const CLUSTER_STATE = { ready: "ready", suspended: "suspended" } as const;
