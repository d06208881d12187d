import type { Container } from "@heliostat/kube";
import { ENV } from "../vocabulary/env-vars.ts";
import { rayContainerOf } from "./ray-container.ts";
import type { RayClusterSpec } from "./types.ts";

/** Whether Ray's autoscaler runs in the head pod and sets the number of replicas. */
export function isAutoscaling({ enableInTreeAutoscaling }: RayClusterSpec): boolean {
  return enableInTreeAutoscaling === true;
}

/**
 * The generation of the autoscaler that the user asks for, in the options or, the older way, in the head's environment;
 * `undefined` leaves the choice to Ray (v2 from Ray 2.47 on).
 */
export function autoscalerVersion(spec: RayClusterSpec): "v1" | "v2" | undefined {
  const { version } = spec.autoscalerOptions ?? {};
  if (version) return version;
  return isV2Variable(rayContainerOf(spec.headGroupSpec.template)) ? "v2" : undefined;
}

/** Whether the container's environment switches autoscaler v2 on. */
export function isV2Variable(container: Container | undefined): boolean {
  const value = container?.env?.find(({ name }) => name === ENV.enableAutoscalerV2)?.value;
  return value === "1" || value === "true";
}
