import type { Container, PodTemplateSpec } from "@heliostat/kube";

/** The container of a template that runs Ray: always the first (KubeRay's contract). */
export function rayContainerOf({ spec }: PodTemplateSpec): Container | undefined {
  return spec?.containers[0];
}
