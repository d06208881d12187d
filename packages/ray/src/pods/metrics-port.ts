import { PORT, PORT_NAME } from "../vocabulary/ports.ts";
import type { RayPod } from "./pod-context.ts";
import { withRayContainer } from "./ray-container.ts";

/** Step: the Ray container names its metrics port, by which Prometheus finds it. */
export function metricsPort(pod: RayPod): RayPod {
  return withRayContainer(pod, (container) => {
    const { ports = [] } = container;
    if (ports.some(({ name }) => name === PORT_NAME.metrics)) return container;
    return { ...container, ports: [...ports, { name: PORT_NAME.metrics, containerPort: PORT.metrics }] };
  });
}
