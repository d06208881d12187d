import type { PlanReport } from "./plan-clusters.ts";
import { effectOf, targetOf } from "./plan-text.ts";

/** A plan for machines: one JSON object. */
export function planJson({ comparedWith, clusters, others }: PlanReport): string {
  const report = {
    comparedWith,
    clusters: clusters.map(({ name, outcome, plans, waitingFor }) => ({
      name,
      outcome,
      steps: plans.map(({ actions }) =>
        actions.map((action) => ({
          do: effectOf(action),
          kind: action.resource.kind,
          target: targetOf(action),
          why: action.why,
        })),
      ),
      waitingFor,
    })),
    others,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
