import type { RayCluster } from "../raycluster/types.ts";
import { ANNOTATION } from "../vocabulary/annotations.ts";
import { LABEL } from "../vocabulary/labels.ts";

/** Whether the user asks for all pods or none. KubeRay looks for the label and not at its value; "false" means no here. */
export function isGangWanted({ metadata }: RayCluster): boolean {
  const wish = metadata.labels?.[LABEL.gangScheduling];
  return wish !== undefined && wish.toLowerCase() !== "false";
}

/** Those of the cluster's labels, under the keys that they shall have on something else. */
export function labelsOf(
  { metadata }: RayCluster,
  keys: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const found = Object.entries(keys).flatMap(([from, to]) => {
    const value = metadata.labels?.[from];
    return value ? [[to, value]] : [];
  });
  return Object.fromEntries(found);
}

/** The cluster's annotations, but for what kubectl writes there for itself. */
export function annotationsOf({ metadata }: RayCluster): Readonly<Record<string, string>> {
  const { [ANNOTATION.lastApplied]: _kubectl, ...annotations } = metadata.annotations ?? {};
  return annotations;
}
