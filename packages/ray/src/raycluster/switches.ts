import type { KubeObject } from "@heliostat/kube";

/** Whether an annotation of the object says yes: `"true"`, in upper case or lower (KubeRay rule). */
export function isSwitchedOn({ metadata }: Pick<KubeObject, "metadata">, annotation: string): boolean {
  return metadata.annotations?.[annotation]?.toLowerCase() === "true";
}
