import { isRayAtLeast } from "../raycluster/ray-version.ts";
import { isKubernetesTokenAuth, isTokenAuth, TOKEN_AUTH_VERSION } from "../raycluster/token-auth.ts";
import { type ClusterSubject, problemsAmong } from "./rule.ts";
import type { SpecProblem } from "./spec-error.ts";

const OPTIONS = "spec.authOptions";

/** Tokens need a Ray that knows them, and come from one place. */
export function authRules({ spec }: ClusterSubject): readonly SpecProblem[] {
  const { rayVersion = "", authOptions } = spec;
  const byKubernetes = isKubernetesTokenAuth(spec);
  if (!isTokenAuth(spec)) {
    return problemsAmong([
      [byKubernetes, `${OPTIONS}.enableK8sTokenAuth`, `needs "${OPTIONS}.mode" to be "token"`],
    ]);
  }
  return problemsAmong([
    [
      isRayAtLeast(rayVersion, TOKEN_AUTH_VERSION) !== true,
      `${OPTIONS}.mode`,
      `is "token", which needs Ray ${TOKEN_AUTH_VERSION} or later, but "spec.rayVersion" is "${rayVersion}"`,
    ],
    [
      byKubernetes && isRayAtLeast(rayVersion, "2.55.0") !== true,
      `${OPTIONS}.enableK8sTokenAuth`,
      `needs Ray 2.55.0 or later, but "spec.rayVersion" is "${rayVersion}"`,
    ],
    [
      byKubernetes && Boolean(authOptions?.secretName),
      `${OPTIONS}.secretName`,
      "has no use with Kubernetes' own tokens; remove it",
    ],
  ]);
}
