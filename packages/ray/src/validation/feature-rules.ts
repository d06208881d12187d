import { type ClusterSubject, problemsAmong } from "./rule.ts";
import type { SpecProblem } from "./spec-error.ts";

/** What KubeRay keeps behind feature gates that are off, and this operator does not do: refused, and not passed over in silence. */
export function featureRules({ spec }: ClusterSubject): readonly SpecProblem[] {
  return problemsAmong([
    [
      spec.historyServerOptions !== undefined,
      "spec.historyServerOptions",
      unsupported("RayClusterHistoryServer"),
    ],
    [spec.tlsOptions !== undefined, "spec.tlsOptions", unsupported("RayClusterMTLS")],
  ]);
}

function unsupported(gate: string): string {
  return `is not supported by this operator (KubeRay's feature gate "${gate}"); remove it`;
}
