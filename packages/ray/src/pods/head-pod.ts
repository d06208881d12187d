import type { Pod } from "@heliostat/kube";
import type { RayCluster } from "../raycluster/types.ts";
import { autoscalerRestartPolicy, autoscalerSidecar } from "./autoscaler-sidecar.ts";
import { environment, initEnvironment } from "./environment.ts";
import { gcsFaultTolerance } from "./gcs-fault-tolerance.ts";
import { historyCollector, historyExports } from "./history-collector.ts";
import { annotations, labels, templatePod } from "./identity.ts";
import { metricsPort } from "./metrics-port.ts";
import { headContext, type PodOptions, type PodStep } from "./pod-context.ts";
import { probes } from "./probes.ts";
import { sharedLogs, sharedMemory } from "./ray-volumes.ts";
import { sidecars } from "./sidecars.ts";
import { startCommand } from "./start-command.ts";
import { tokenAuth } from "./token-auth.ts";

/** From the user's template to the head pod. Later steps see what earlier ones did, and win. */
const STEPS: readonly PodStep[] = [
  labels,
  annotations,
  autoscalerSidecar,
  autoscalerRestartPolicy,
  gcsFaultTolerance,
  historyCollector,
  metricsPort,
  sidecars,
  tokenAuth,
  sharedMemory,
  sharedLogs,
  startCommand,
  initEnvironment,
  environment,
  historyExports,
  probes,
];

/**
 * The head pod of a cluster, as KubeRay makes it. The cluster must have passed validation.
 *
 * The name is ours to choose (KubeRay leaves it to the API's `generateName`): see `podNames`.
 */
export function headPod(cluster: RayCluster, options: PodOptions): Pod {
  const context = headContext(cluster, options);
  return STEPS.reduce((pod, step) => step(pod, context), templatePod(context, options.name));
}
