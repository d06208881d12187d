import { ANNOTATION } from "../vocabulary/annotations.ts";
import type { RayCluster } from "./types.ts";

/** Whether the head's control store keeps its state outside of the pod: by the options or, the older way, by annotation. */
export function isFaultTolerant({ metadata, spec }: RayCluster): boolean {
  const annotation = metadata.annotations?.[ANNOTATION.faultTolerance];
  return annotation?.toLowerCase() === "true" || spec.gcsFaultToleranceOptions !== undefined;
}
