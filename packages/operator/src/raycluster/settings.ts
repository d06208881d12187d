import type { IdleWorkers, RaySettings, SecureDefaultsOptions } from "@heliostat/ray";
import type { Surroundings } from "./owned-kinds.ts";

/** How the reconciler of RayClusters is set up. */
export interface RayClusterReconcilerSettings extends Surroundings {
  /** What shows in the objects that are made. @default KubeRay's defaults */
  readonly ray?: RaySettings;
  /** Clusters are secured where their spec says nothing. @default they are not */
  readonly secureDefaults?: SecureDefaultsOptions;
  /** Who knows which workers are idle when some have to go. @default nobody */
  readonly idleWorkers?: IdleWorkers;
}
