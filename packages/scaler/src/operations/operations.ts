import type { OperationName } from "../routes/route.ts";
import { health, readiness } from "./health.ts";
import { headStatusOfPod, headStatusOperation, headTier, restartHead, roleStatus } from "./old-restart.ts";
import { scale, scaleNamed } from "./old-scale.ts";
import type { Operation } from "./operation.ts";
import { get, list, listRay } from "./reads.ts";
import { kinds, listViews, progress, restartStatus, tiers, view, whoAmI } from "./v1-reads.ts";
import { headTierView, restartView, scaleView } from "./v1-writes.ts";

/** What each route does. */
export const OPERATIONS: Readonly<Record<OperationName, Operation>> = {
  health,
  readiness,
  list,
  listRay,
  get,
  scale,
  scaleNamed,
  restartHead,
  headStatus: headStatusOperation,
  headStatusOfPod,
  headTier,
  roleStatus,
  kinds,
  whoAmI,
  tiers,
  listViews,
  view,
  scaleView,
  progress,
  restartView,
  restartStatus,
  headTierView,
};
