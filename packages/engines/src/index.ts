export { dominoCrds } from "./crds/domino-crds.ts";
export type * from "./domino/cluster-types.ts";
export type * from "./domino/dask-types.ts";
export type * from "./domino/mpi-types.ts";
export type * from "./domino/ray-types.ts";
export type * from "./domino/spark-types.ts";
export { driversNamed, fullName, KIND_DRIVERS } from "./drivers/driver-registry.ts";
export type {
  Engine,
  KindDriver,
  RelatedKind,
  RelatedObjects,
  Role,
  TierPlace,
} from "./drivers/kind-driver.ts";
export { annotate, preconditions } from "./scale/operations.ts";
export {
  isScaleRefusal,
  type PlannedWrite,
  planScale,
  type ScalePlan,
  type ScaleRefusal,
} from "./scale/scale-plan.ts";
export { SCALE_MODES, type ScaleMode, type ScaleRequest } from "./scale/scale-request.ts";
export type { ObjectRef, ScaleView, ScaleWarning, WorkerGroup, Writer } from "./scale/scale-view.ts";
export { tiersFromDomino } from "./tiers/domino-tiers.ts";
export {
  type HardwareTier,
  isTierFor,
  restrictionText,
  type TierReference,
  tierNamed,
} from "./tiers/hardware-tier.ts";
export { LAPTOP_TIERS, tiersFromFile } from "./tiers/tier-file.ts";
export { tierOperations } from "./tiers/tier-operations.ts";
export { LABEL as ENGINE_LABEL } from "./vocabulary.ts";
