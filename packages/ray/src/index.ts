export { authSecret, needsAuthSecret } from "./access/auth-secret.ts";
export {
  autoscalerRole,
  autoscalerRoleBinding,
  autoscalerServiceAccount,
  needsAutoscalerAccount,
} from "./access/autoscaler-access.ts";
export { type RayCrdOptions, rayCrds } from "./crds/ray-crds.ts";
export type { RayClusterV1Alpha1, RayJobV1Alpha1, RayServiceV1Alpha1 } from "./crds/v1alpha1-types.ts";
export type { IdleWorkers } from "./dashboard/idle-workers.ts";
export {
  isJobOver,
  isRayError,
  type JobDetails,
  type JobDriver,
  type JobRequest,
  type JobStatus,
  type JobSubmission,
  type RayCallOptions,
  type RayDashboard,
  RayError,
  type RayErrorOptions,
  type RayNode,
  type RayReason,
  type RayVersion,
} from "./dashboard/ray-dashboard.ts";
export { fingerprint } from "./hash/fingerprint.ts";
export { checkName } from "./names/bounded-names.ts";
export {
  authSecretName,
  headServiceFqdn,
  headServiceName,
  redisCleanupJobName,
} from "./names/cluster-names.ts";
export { nextNameFloor, type PodNamesView, podNames } from "./names/pod-names.ts";
export { replicaName } from "./names/replica-name.ts";
export { missingHostNames, type ReplicaNamesView, replicaPodNames } from "./names/replica-pod-names.ts";
export { headIngress, wantsIngress } from "./network/head-ingress.ts";
export { headRoute, OPENSHIFT_ROUTES, type OpenShiftRoute } from "./network/head-route.ts";
export { networkPolicies } from "./network/network-policies.ts";
export { headPod } from "./pods/head-pod.ts";
export type { PodOptions, WorkerPlace } from "./pods/pod-context.ts";
export { workerPod } from "./pods/worker-pod.ts";
export { RAY_CLUSTERS, RAY_CRON_JOBS, RAY_JOBS, RAY_SERVICES } from "./ray-resources.ts";
export { isAutoscaling } from "./raycluster/autoscaling.ts";
export { type DesiredResources, desiredResources } from "./raycluster/desired-resources.ts";
export { desiredPods, desiredReplicas, desiredWorkers } from "./raycluster/desired-workers.ts";
export { gcsPort } from "./raycluster/gcs-port.ts";
export { isManagedByOperator } from "./raycluster/managed-by.ts";
export { type SecureDefaultsOptions, withSecureDefaults } from "./raycluster/secure-defaults.ts";
export { groupSpecHash, headSpecHash, specHash } from "./raycluster/spec-hash.ts";
export { isSwitchedOn } from "./raycluster/switches.ts";
export type * from "./raycluster/types.ts";
export type * from "./raycronjob/types.ts";
export type * from "./rayjob/types.ts";
export type * from "./rayservice/types.ts";
export type { Float32, Int32, Int64, IntOrString, Quantity, Timestamp } from "./scalars.ts";
export type { BatchScheduler, PodDecoration, ScheduledObject } from "./scheduling/batch-scheduler.ts";
export { batchSchedulerOf } from "./scheduling/batch-scheduler-of.ts";
export { decoratedPod } from "./scheduling/decorated-pod.ts";
export { headService } from "./services/head-service.ts";
export { headlessWorkerService, needsHeadlessWorkerService } from "./services/headless-worker-service.ts";
export { serveService, wantsServeService } from "./services/serve-service.ts";
export type { RaySettings } from "./settings.ts";
export { gcsClaim, needsGcsClaim } from "./storage/gcs-claim.ts";
export {
  needsRedisCleanup,
  redisCleanupJob,
  redisCleanupTimeoutSeconds,
} from "./storage/redis-cleanup-job.ts";
export { rayClusterWarnings } from "./validation/raycluster-warnings.ts";
export { problemsText, SpecError, type SpecProblem } from "./validation/spec-error.ts";
export {
  validateRayClusterMetadata,
  validateRayClusterSpec,
  validateRayClusterStatus,
} from "./validation/validate-raycluster.ts";
export { validateRayCronJob } from "./validation/validate-raycronjob.ts";
export {
  type RayJobValidation,
  validateRayJobMetadata,
  validateRayJobSpec,
  validateRayJobStatus,
} from "./validation/validate-rayjob.ts";
export { validateRayServiceMetadata, validateRayServiceSpec } from "./validation/validate-rayservice.ts";
export { ANNOTATION, OPERATOR_VERSION } from "./vocabulary/annotations.ts";
export { CLUSTER_STATE, CONDITION, CONDITION_REASON } from "./vocabulary/conditions.ts";
export { CONTAINER } from "./vocabulary/container-names.ts";
export { ENV } from "./vocabulary/env-vars.ts";
export { EVENT_ACTION, EVENT_REASON, REPORTING_CONTROLLER } from "./vocabulary/event-reasons.ts";
export { FINALIZER } from "./vocabulary/finalizers.ts";
export { APP_NAME, HEAD_GROUP, LABEL, NODE_TYPE, type NodeType } from "./vocabulary/labels.ts";
export { PORT, PORT_NAME } from "./vocabulary/ports.ts";
