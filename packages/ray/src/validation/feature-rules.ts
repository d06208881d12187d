import { type ClusterSubject, problemsAmong } from "./rule.ts";
import type { SpecProblem } from "./spec-error.ts";

/** What KubeRay keeps behind a feature gate that is off, and this operator does not do: refused, and not passed over in silence. */
export function featureRules({ spec }: ClusterSubject): readonly SpecProblem[] {
  return problemsAmong([
    [
      spec.tlsOptions?.enabled === true,
      "spec.tlsOptions.enabled",
      'is not supported by this operator (KubeRay\'s feature gate "RayClusterMTLS"); remove it, and give the pods certificates and Ray\'s "RAY_USE_TLS" variables yourself',
    ],
  ]);
}
