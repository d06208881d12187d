import type { RayClusterSpec } from "../raycluster/types.ts";
import { LABEL } from "../vocabulary/labels.ts";
import { problemsBelow, type SpecProblem } from "./spec-error.ts";
import { validateRayClusterSpec } from "./validate-raycluster.ts";

/** The spec of a cluster inside the object that will make it. */
export interface EmbeddedCluster {
  readonly spec: RayClusterSpec;
  /** Where it stands: `spec.rayClusterSpec`. */
  readonly at: string;
  readonly owner: "RayJob" | "RayService";
  /** Of the owner: the cluster will have them too. */
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

/** What is wrong with that spec, with the fields where the owner's author finds them. */
export function embeddedClusterProblems(cluster: EmbeddedCluster): readonly SpecProblem[] {
  const { spec, at, owner, annotations = {} } = cluster;
  const labels = { [LABEL.originatedFromKind]: owner };
  const problems = validateRayClusterSpec({
    apiVersion: "ray.io/v1",
    kind: "RayCluster",
    metadata: { name: "", annotations, labels },
    spec,
  });
  const byTokens = spec.authOptions?.enableK8sTokenAuth === true;
  return [
    ...(byTokens ? [{ field: `${at}.authOptions.enableK8sTokenAuth`, message: noTokens(owner) }] : []),
    ...problemsBelow(at, problems),
  ];
}

function noTokens(owner: string): string {
  return `is not supported for the cluster of a ${owner}, whose operator has no such token for it; use a secret's`;
}
