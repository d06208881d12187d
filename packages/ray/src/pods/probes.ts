import type { Probe } from "@heliostat/kube";
import { isRayAtLeast } from "../raycluster/ray-version.ts";
import { NODE_TYPE } from "../vocabulary/labels.ts";
import { PORT } from "../vocabulary/ports.ts";
import type { PodContext, RayPod } from "./pod-context.ts";
import { withRayContainer } from "./ray-container.ts";

/**
 * Step: Kubernetes asks Ray how it is, where the user has not set a probe of the same kind (KubeRay's numbers). The
 * version that decides how is the text of `spec.rayVersion`, not the image's tag.
 */
export function probes(pod: RayPod, context: PodContext): RayPod {
  const check = healthCheck(context);
  const timeoutSeconds = context.nodeType === NODE_TYPE.head ? 5 : 2;
  const timing = { timeoutSeconds, periodSeconds: 5, successThreshold: 1 };
  const livenessProbe: Probe = { ...check, initialDelaySeconds: 30, ...timing, failureThreshold: 120 };
  const readinessProbe: Probe = { ...check, initialDelaySeconds: 10, ...timing, failureThreshold: 10 };
  return withRayContainer(pod, (container) => ({
    ...container,
    livenessProbe: container.livenessProbe ?? livenessProbe,
    readinessProbe: container.readinessProbe ?? readinessProbe,
  }));
}

/** From this version on a node answers for all its parts at one address. */
const UNIFIED_HEALTH_VERSION = "2.53.0";

function healthCheck(context: PodContext): Probe {
  const agentPort = portOf(context, "dashboard-agent-listen-port", PORT.dashboardAgent);
  if (isRayAtLeast(context.cluster.spec.rayVersion, UNIFIED_HEALTH_VERSION)) {
    return { httpGet: { path: "/api/healthz", port: agentPort } };
  }
  const questions = [wget(agentPort, "api/local_raylet_healthz", 2)];
  if (context.nodeType === NODE_TYPE.head) {
    questions.push(wget(portOf(context, "dashboard-port", PORT.dashboard), "api/gcs_healthz", 10));
  }
  return { exec: { command: ["bash", "-c", questions.join(" && ")] } };
}

/** KubeRay's words: kubelets of ours know this line and answer it where an image has no wget. */
function wget(port: number, path: string, timeoutSeconds: number): string {
  return `wget --tries 1 -T ${timeoutSeconds} -q -O- http://localhost:${port}/${path} | grep success`;
}

function portOf({ startParams }: PodContext, name: string, otherwise: number): number {
  const text = startParams[name] ?? "";
  return /^\d{1,5}$/.test(text) ? Number(text) : otherwise;
}
