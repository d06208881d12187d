import { NODE_TYPE } from "../vocabulary/labels.ts";
import type { PodContext, RayPod } from "./pod-context.ts";

/** Step: the containers that the operator's settings want beside Ray. */
export function sidecars(pod: RayPod, { nodeType, settings }: PodContext): RayPod {
  const wanted = nodeType === NODE_TYPE.head ? settings.headSidecars : settings.workerSidecars;
  if (!wanted || wanted.length === 0) return pod;
  return { ...pod, spec: { ...pod.spec, containers: [...pod.spec.containers, ...wanted] } };
}
