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
  failedToDeletePod: "FailedToDeletePod",
  createdService: "CreatedService",
  failedToCreateService: "FailedToCreateService",
  updatedService: "UpdatedService",
  failedToUpdateService: "FailedToUpdateService",
  deletedService: "DeletedService",
  failedToDeleteService: "FailedToDeleteService",
} as const;

/** `reportingController` of those events. */
export const REPORTING_CONTROLLER = "raycluster-controller";

/** What an event's `action` may be. */
export const EVENT_ACTION = {
  create: "Create",
  delete: "Delete",
  update: "Update",
  validate: "Validate",
  reconcile: "Reconcile",
  suspend: "Suspend",
} as const;
