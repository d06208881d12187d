/** Reasons of the events that the operator writes about a RayCluster. Those of failures are warnings. */
export const EVENT_REASON = {
  invalidMetadata: "InvalidRayClusterMetadata",
  invalidSpec: "InvalidRayClusterSpec",
  invalidStatus: "InvalidRayClusterStatus",
  createdHeadPod: "CreatedHeadPod",
  failedToCreateHeadPod: "FailedToCreateHeadPod",
  deletedHeadPod: "DeletedHeadPod",
  failedToDeleteHeadPod: "FailedToDeleteHeadPod",
  createdWorkerPod: "CreatedWorkerPod",
  failedToCreateWorkerPod: "FailedToCreateWorkerPod",
  deletedWorkerPod: "DeletedWorkerPod",
  failedToDeleteWorkerPod: "FailedToDeleteWorkerPod",
  deletedPod: "DeletedPod",
  failedToDeletePods: "FailedToDeletePodCollection",
  createdService: "CreatedService",
  failedToCreateService: "FailedToCreateService",
  updatedService: "UpdatedService",
  failedToUpdateService: "FailedToUpdateService",
  deletedService: "DeletedService",
  failedToDeleteService: "FailedToDeleteService",
  createdIngress: "CreatedIngress",
  failedToCreateIngress: "FailedToCreateIngress",
  updatedIngress: "UpdatedIngress",
  failedToUpdateIngress: "FailedToUpdateIngress",
  createdRoute: "CreatedRoute",
  failedToCreateRoute: "FailedToCreateRoute",
  createdServiceAccount: "CreatedServiceAccount",
  failedToCreateServiceAccount: "FailedToCreateServiceAccount",
  /** The head's template names an account that is not there. */
  serviceAccountNotFound: "AutoscalerServiceAccountNotFound",
  createdRole: "CreatedRole",
  failedToCreateRole: "FailedToCreateRole",
  createdRoleBinding: "CreatedRoleBinding",
  failedToCreateRoleBinding: "FailedToCreateRoleBinding",
  createdClaim: "CreatedPVC",
  /** Also of a claim that is not as the spec says, or that the spec names and nobody has made. */
  failedToCreateClaim: "FailedToCreatePVC",
  createdRedisCleanupJob: "CreatedRedisCleanupJob",
  failedToCreateRedisCleanupJob: "FailedToCreateRedisCleanupJob",
  /** Redis was not cleaned up in time, and the cluster is let go. */
  forceDeletedCluster: "ForceDeletedStuckCluster",
  createdNetworkPolicy: "CreatedNetworkPolicy",
  failedToCreateNetworkPolicy: "FailedToCreateNetworkPolicy",
  updatedNetworkPolicy: "UpdatedNetworkPolicy",
  failedToUpdateNetworkPolicy: "FailedToUpdateNetworkPolicy",
  deletedNetworkPolicy: "DeletedNetworkPolicy",
  failedToDeleteNetworkPolicy: "FailedToDeleteNetworkPolicy",
  /** A policy of that name belongs to somebody else. */
  networkPolicyCollision: "NetworkPolicyNameCollision",
  schedulingCollision: "SchedulingNameCollision",
} as const;

/** `reportingController` of those events. */
export const REPORTING_CONTROLLER = "raycluster-controller";

/** What an event's `action` may be. */
export const EVENT_ACTION = {
  create: "Create",
  delete: "Delete",
  update: "Update",
  validate: "Validate",
  cleanup: "Cleanup",
} as const;
