/** Label keys. Those marked "contract" are read by Ray's autoscaler or by tools around KubeRay. */
export const LABEL = {
  /** `yes` on every pod that runs Ray. */
  isRayNode: "ray.io/is-ray-node",
  /** Name of the cluster: on everything that belongs to one. Contract. */
  cluster: "ray.io/cluster",
  /** A {@link NODE_TYPE}. Contract. */
  nodeType: "ray.io/node-type",
  /** Name of the worker group, or {@link HEAD_GROUP}. Contract. */
  group: "ray.io/group",
  /** `{cluster}-head` or `{cluster}-worker`. */
  identifier: "ray.io/identifier",
  /** Position of a worker's replica in its group: the smallest that was free. */
  replicaIndex: "ray.io/worker-group-replica-index",
  /** Replica of several hosts to which a worker belongs. Contract. */
  replicaName: "ray.io/worker-group-replica-name",
  /** Position of a worker in its replica of several hosts. Contract. */
  hostIndex: "ray.io/replica-host-index",
  /** On the service of a group of several hosts: name of the cluster. */
  headlessWorkerService: "ray.io/headless-worker-svc",
  /** On the serve service: `{owner}-serve`. */
  serve: "ray.io/serve",
  originatedFromName: "ray.io/originated-from-cr-name",
  /** `RayJob`, `RayService` or `RayCluster`. */
  originatedFromKind: "ray.io/originated-from-crd",
  /** On the cluster of a RayJob: how the job is submitted. */
  submissionMode: "ray.io/job-submission-mode",
  /** On a RayCluster: the priority class that a batch scheduler shall know it by. */
  priorityClassName: "ray.io/priority-class-name",
  /** On a RayCluster: its pods shall start together or not at all, where a batch scheduler asks for that wish. */
  gangScheduling: "ray.io/gang-scheduling-enabled",
  appName: "app.kubernetes.io/name",
  createdBy: "app.kubernetes.io/created-by",
} as const;

/** Values of {@link LABEL.nodeType}. */
export const NODE_TYPE = { head: "head", worker: "worker" } as const;

/** {@link LABEL.nodeType} of the pod that deletes a cluster's state in Redis: it is no node of the cluster. */
export const REDIS_CLEANUP = "redis-cleanup";

/** Whether a pod is the head of its cluster or one of its workers. */
export type NodeType = (typeof NODE_TYPE)[keyof typeof NODE_TYPE];

/** The head's {@link LABEL.group}. No worker group may have this name. */
export const HEAD_GROUP = "headgroup";

/** Values of the labels that are the same on everything that the operator makes (KubeRay's words: its tools select by them). */
export const APP_NAME = "kuberay";
export const CREATED_BY = "kuberay-operator";
