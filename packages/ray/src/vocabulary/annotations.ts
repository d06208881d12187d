/** Annotation keys. */
export const ANNOTATION = {
  /** On what the operator keeps by server-side apply: hash of what it last applied. */
  appliedHash: "heliostat.dev/applied-hash",
  /** On the cluster of a job that runs beside its head: a head that has worked once is not replaced. */
  disableHeadRestart: "ray.io/disable-provisioned-head-restart",
  /** On a RayCluster, copied to its pods: `"true"` leaves the Ray container's command as the user wrote it. */
  overwriteCommand: "ray.io/overwrite-container-cmd",
  /** On a RayCluster: `"true"` asks for a serve service. */
  enableServeService: "ray.io/enable-serve-service",
  /** On a RayCluster (older way to ask for fault tolerance) and on the head pod, where it says whether it is on. */
  faultTolerance: "ray.io/ft-enabled",
  /** On a RayCluster (older way to name it) and on the head pod: key prefix in Redis. */
  externalStorageNamespace: "ray.io/external-storage-namespace",
  /** On a RayCluster: seconds after which a deletion no longer waits for Redis to be cleaned up. */
  redisCleanupTimeout: "ray.io/gcs-ft-deletion-timeout",
  /** On a RayCluster: the class of its Ingress (Kubernetes' older way to name it). */
  ingressClass: "kubernetes.io/ingress.class",
  /** What kubectl writes for itself. */
  lastApplied: "kubectl.kubernetes.io/last-applied-configuration",
  /** On a RayService: how long it may take until it serves for the first time. */
  initializingTimeout: "ray.io/initializing-timeout",
  /** On the head pod: hash of the spec from which it was made. */
  recreateHash: "ray.io/upgrade-strategy-recreate-hash",
  /** On every pod of a cluster that is upgraded group by group: hash of what the pod was made from. */
  groupHash: "ray.io/group-spec-hash",
  /** On the head pod: the operator that made it. A hash written by another operator says nothing. */
  operatorVersion: "ray.io/kuberay-version",
} as const;

/** Who we are, where KubeRay writes its own version: never one of KubeRay's, since our spec hashes are not KubeRay's. */
export const OPERATOR_VERSION = "heliostat-v0.1.0";
