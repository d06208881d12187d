import type { Probe } from "@heliostat/kube";
import { clusterOrigin } from "../raycluster/origin.ts";
import { isRayAtLeast } from "../raycluster/ray-version.ts";
import { NODE_TYPE } from "../vocabulary/labels.ts";
import { PORT, PORT_NAME } from "../vocabulary/ports.ts";
import type { PodContext, RayPod } from "./pod-context.ts";
import { rayContainer, withRayContainer } from "./ray-container.ts";

/**
 * Step: Kubernetes asks Ray how it is, where the user has not set a probe of the same kind (KubeRay's numbers). The
 * version that decides how is the text of `spec.rayVersion`, not the image's tag.
 */
export function probes(pod: RayPod, context: PodContext): RayPod {
  if (context.settings.hasProbes === false) return pod;
  const check = healthCheck(context);
  const timeoutSeconds = context.nodeType === NODE_TYPE.head ? 5 : 2;
  const timing = { timeoutSeconds, periodSeconds: 5, successThreshold: 1 };
  const livenessProbe: Probe = { ...check, initialDelaySeconds: 30, ...timing, failureThreshold: 120 };
  const readinessProbe: Probe = { ...check, initialDelaySeconds: 10, ...timing, failureThreshold: 10 };
  const isServing = context.nodeType === NODE_TYPE.worker && clusterOrigin(context.cluster) === "RayService";
  const serving = isServing && servingProbe(pod, context, readinessProbe);
  return withRayContainer(pod, (container) => ({
    ...container,
    livenessProbe: container.livenessProbe ?? livenessProbe,
    readinessProbe: container.readinessProbe ?? (serving || readinessProbe),
  }));
}

/** A worker of a service takes traffic only while its own proxy of Ray Serve answers; one silence is enough. */
function servingProbe(pod: RayPod, context: PodContext, { httpGet, exec, ...timing }: Probe): Probe {
  const { ports = [] } = rayContainer(pod);
  const port = ports.find(({ name }) => name === PORT_NAME.serve)?.containerPort ?? PORT.serve;
  const questions = [rayletQuestion(context), wget(port, "-/healthz", 10)];
  return { exec: { command: ["bash", "-c", questions.join(" && ")] }, ...timing, failureThreshold: 1 };
}

/** From this version on a node answers for all its parts at one address. */
const UNIFIED_HEALTH_VERSION = "2.53.0";

function healthCheck(context: PodContext): Probe {
  if (isRayAtLeast(context.cluster.spec.rayVersion, UNIFIED_HEALTH_VERSION)) {
    return { httpGet: { path: "/api/healthz", port: agentPort(context) } };
  }
  const questions = [rayletQuestion(context)];
  if (context.nodeType === NODE_TYPE.head) {
    questions.push(wget(portOf(context, "dashboard-port", PORT.dashboard), "api/gcs_healthz", 10));
  }
  return { exec: { command: ["bash", "-c", questions.join(" && ")] } };
}

function agentPort(context: PodContext): number {
  return portOf(context, "dashboard-agent-listen-port", PORT.dashboardAgent);
}

function rayletQuestion(context: PodContext): string {
  return wget(agentPort(context), "api/local_raylet_healthz", 2);
}

/** KubeRay's words: kubelets of ours know this line and answer it where an image has no wget. */
function wget(port: number, path: string, timeoutSeconds: number): string {
  return `wget --tries 1 -T ${timeoutSeconds} -q -O- http://localhost:${port}/${path} | grep success`;
}

function portOf({ startParams }: PodContext, name: string, otherwise: number): number {
  const text = startParams[name] ?? "";
  return /^\d{1,5}$/.test(text) ? Number(text) : otherwise;
}
