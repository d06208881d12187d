import type { Container, EnvVar } from "@heliostat/kube";
import { keepsHistory } from "../raycluster/history.ts";
import { clusterOrigin } from "../raycluster/origin.ts";
import type { CollectorOptions } from "../raycluster/types.ts";
import { CONTAINER } from "../vocabulary/container-names.ts";
import { ENV } from "../vocabulary/env-vars.ts";
import { LABEL, NODE_TYPE } from "../vocabulary/labels.ts";
import { PORT } from "../vocabulary/ports.ts";
import type { PodContext, RayPod } from "./pod-context.ts";
import { fieldVariable, labelVariable, withDefaultEnv, withRayContainer } from "./ray-container.ts";

/**
 * Step: a container beside Ray keeps logs and events for the history server, where the cluster asks for it. It reads
 * the logs from Ray's folder; the events it is sent by Ray.
 */
export function historyCollector(pod: RayPod, context: PodContext): RayPod {
  const { collectorOptions } = context.cluster.spec.historyServerOptions ?? {};
  if (!collectorOptions) return pod;
  const collector = collectorContainer(collectorOptions, context);
  return { ...pod, spec: { ...pod.spec, containers: [...pod.spec.containers, collector] } };
}

/** Step: Ray sends its events to that container. */
export function historyExports(pod: RayPod, { cluster }: PodContext): RayPod {
  if (!keepsHistory(cluster.spec)) return pod;
  return withRayContainer(pod, (container) => withDefaultEnv(container, EXPORTS));
}

/** What the collector is told by us; the user's options may not contradict it. */
export const COLLECTOR_VARIABLES = {
  podIp: "POD_IP",
  role: "RAY_ROLE",
  ownerKind: "OWNER_KIND",
  ownerName: "OWNER_NAME",
  eventsPort: "EVENTS_PORT",
} as const;

const RESOURCES = { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "200m", memory: "256Mi" } };

const DASHBOARD_ADDRESS = "RAY_DASHBOARD_ADDRESS";

function collectorContainer(options: CollectorOptions, context: PodContext): Container {
  const { image, imagePullPolicy, resources = RESOURCES, env = [] } = options;
  const isHead = context.nodeType === NODE_TYPE.head;
  const dashboard = { name: DASHBOARD_ADDRESS, value: `http://localhost:${PORT.dashboard}` };
  const hasDashboard = env.some(({ name }) => name === DASHBOARD_ADDRESS);
  return {
    name: CONTAINER.historyCollector,
    ...(image !== undefined && { image }),
    ...(imagePullPolicy !== undefined && { imagePullPolicy }),
    env: [
      fieldVariable(COLLECTOR_VARIABLES.podIp, "status.podIP"),
      labelVariable(ENV.clusterName, LABEL.cluster),
      fieldVariable(ENV.clusterNamespace, "metadata.namespace"),
      { name: COLLECTOR_VARIABLES.role, value: isHead ? "Head" : "Worker" },
      { name: COLLECTOR_VARIABLES.eventsPort, value: String(PORT.historyEvents) },
      { name: ENV.headFqdn, value: context.headServiceFqdn },
      ...ownerVariables(context),
      ...(isHead && !hasDashboard ? [dashboard] : []),
      ...env,
    ],
    resources,
  };
}

/** The job or service under whose name the history is kept. */
function ownerVariables({ cluster }: PodContext): readonly EnvVar[] {
  const origin = clusterOrigin(cluster);
  if (origin === "RayCluster") return [];
  return [
    { name: COLLECTOR_VARIABLES.ownerKind, value: origin.toLowerCase() },
    {
      name: COLLECTOR_VARIABLES.ownerName,
      value: cluster.metadata.labels?.[LABEL.originatedFromName] ?? "",
    },
  ];
}

const EVENT_TYPES = [
  "TASK_DEFINITION_EVENT",
  "TASK_LIFECYCLE_EVENT",
  "TASK_PROFILE_EVENT",
  "ACTOR_TASK_DEFINITION_EVENT",
  "ACTOR_DEFINITION_EVENT",
  "ACTOR_LIFECYCLE_EVENT",
  "DRIVER_JOB_DEFINITION_EVENT",
  "DRIVER_JOB_LIFECYCLE_EVENT",
  "NODE_DEFINITION_EVENT",
  "NODE_LIFECYCLE_EVENT",
].join(",");

/** Ray's own switches for sending events; the list of types under the names of older and of newer versions. */
const EXPORTS: readonly EnvVar[] = [
  { name: "RAY_enable_ray_event", value: "true" },
  { name: "RAY_enable_core_worker_ray_event_to_aggregator", value: "true" },
  {
    name: "RAY_DASHBOARD_AGGREGATOR_AGENT_EVENTS_EXPORT_ADDR",
    value: `http://localhost:${PORT.historyEvents}/v1/events`,
  },
  { name: "RAY_DASHBOARD_AGGREGATOR_AGENT_EXPOSABLE_EVENT_TYPES", value: EVENT_TYPES },
  {
    name: "RAY_DASHBOARD_AGGREGATOR_AGENT_PUBLISHER_HTTP_ENDPOINT_EXPOSABLE_EVENT_TYPES",
    value: EVENT_TYPES,
  },
];
