/** Types of a RayCluster's conditions. */
export const CONDITION = {
  /** All pods have been ready together once; true until the cluster is suspended. */
  provisioned: "RayClusterProvisioned",
  headPodReady: "HeadPodReady",
  /** The operator could not make or remove a pod. */
  replicaFailure: "ReplicaFailure",
  suspending: "RayClusterSuspending",
  suspended: "RayClusterSuspended",
  /** Ours: every wanted worker is ready at this moment. */
  workersReady: "WorkersReady",
  /** Ours: something is still on its way to what the spec asks for. */
  progressing: "Progressing",
  /** Ours: something is wrong, and waiting alone will hardly mend it. */
  degraded: "Degraded",
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
  allWorkersReady: "AllWorkersReady",
  workersNotReady: "WorkersNotReady",
  /** Of `Progressing` and `Degraded` when there is nothing to wait for. */
  asWanted: "AsWanted",
  invalidMetadata: "InvalidRayClusterMetadata",
  invalidSpec: "InvalidRayClusterSpec",
  deleting: "Deleting",
  quotaExceeded: "QuotaExceeded",
  refused: "RefusedByAPI",
  nameTaken: "NameTaken",
  claimNotFound: "ClaimNotFound",
  accountNotFound: "AutoscalerServiceAccountNotFound",
  unschedulable: "Unschedulable",
  imageTrouble: "ImageNotPulled",
  containerTrouble: "ContainerNotStarted",
  crashing: "ContainerCrashing",
  headNotReady: "HeadNotReady",
  ending: "PodsEnding",
  starting: "PodsStarting",
} as const;

/** Words of `status.state`. */
export const CLUSTER_STATE = { ready: "ready", suspended: "suspended" } as const;
