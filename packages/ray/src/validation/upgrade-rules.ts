import { isPercent } from "@heliostat/kube";
import { LABEL } from "../vocabulary/labels.ts";
import { type ClusterSubject, problemsAmong } from "./rule.ts";
import type { SpecProblem } from "./spec-error.ts";

const STRATEGY = "spec.upgradeStrategy";
const TYPES: readonly string[] = ["Recreate", "RollingUpdate", "None"];

/** How pods follow a change of the spec. */
export function upgradeRules({ spec, labels }: ClusterSubject): readonly SpecProblem[] {
  const { type, rollingUpdate } = spec.upgradeStrategy ?? {};
  const { maxUnavailable } = rollingUpdate ?? {};
  const owner = labels[LABEL.originatedFromKind] ?? "";
  const isOwned = owner === "RayJob" || owner === "RayService";
  return problemsAmong([
    [
      type !== undefined && !TYPES.includes(type),
      `${STRATEGY}.type`,
      `must be "Recreate", "RollingUpdate" or "None", but is "${type}"`,
    ],
    [
      type !== undefined && isOwned,
      STRATEGY,
      `is not for clusters that a ${owner} made, which upgrades them itself; remove it`,
    ],
    [
      rollingUpdate !== undefined && type !== "RollingUpdate",
      `${STRATEGY}.rollingUpdate`,
      'belongs to the type "RollingUpdate"; remove it or change the type',
    ],
    [
      maxUnavailable !== undefined && !isCount(maxUnavailable),
      `${STRATEGY}.rollingUpdate.maxUnavailable`,
      `must be a whole number above 0 or a percentage above 0%, but is "${maxUnavailable}"`,
    ],
  ]);
}

function isCount(value: string | number): boolean {
  if (typeof value === "number") return Number.isInteger(value) && value > 0;
  return isPercent(value) && Number.parseInt(value, 10) > 0;
}
