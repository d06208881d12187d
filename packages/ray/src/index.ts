export { rayCrds } from "./crds/ray-crds.ts";
export type { RayClusterV1Alpha1, RayJobV1Alpha1, RayServiceV1Alpha1 } from "./crds/v1alpha1-types.ts";
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
export { RAY_CLUSTERS, RAY_CRON_JOBS, RAY_JOBS, RAY_SERVICES } from "./ray-resources.ts";
export type * from "./raycluster/types.ts";
export type * from "./raycronjob/types.ts";
export type * from "./rayjob/types.ts";
export type * from "./rayservice/types.ts";
export type { Float32, Int32, Int64, IntOrString, Quantity, Timestamp } from "./scalars.ts";
