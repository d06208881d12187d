import type { Pod } from "@heliostat/kube";
import type { RayCluster, WorkerGroupSpec } from "../raycluster/types.ts";
import { autoscalerRestartPolicy } from "./autoscaler-sidecar.ts";
import { environment, initEnvironment } from "./environment.ts";
import { gcsFaultTolerance } from "./gcs-fault-tolerance.ts";
import { historyCollector, historyExports } from "./history-collector.ts";
import { annotations, labels, templatePod } from "./identity.ts";
import { metricsPort } from "./metrics-port.ts";
import { type PodOptions, type PodStep, type WorkerPlace, workerContext } from "./pod-context.ts";
import { probes } from "./probes.ts";
import { sharedLogs, sharedMemory } from "./ray-volumes.ts";
import { sidecars } from "./sidecars.ts";
import { startCommand } from "./start-command.ts";
import { tokenAuth } from "./token-auth.ts";
import { waitForGcs } from "./wait-for-gcs.ts";

/** From the group's template to a worker pod. Later steps see what earlier ones did, and win. */
const STEPS: readonly PodStep[] = [
  waitForGcs,
  labels,
  annotations,
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
 * A worker pod of a group, as KubeRay makes it. The cluster must have passed validation.
 *
 * The name is ours to choose (KubeRay leaves it to the API's `generateName`): see `podNames`.
 */
export function workerPod(
  cluster: RayCluster,
  group: WorkerGroupSpec,
  options: PodOptions & WorkerPlace,
): Pod {
  const context = workerContext(cluster, group, options);
  return STEPS.reduce((pod, step) => step(pod, context), templatePod(context, options.name));
}
