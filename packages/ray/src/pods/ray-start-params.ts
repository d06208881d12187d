import { isAutoscaling } from "../raycluster/autoscaling.ts";
import type { CompleteGroup } from "../raycluster/defaults.ts";
import type { RayCluster } from "../raycluster/types.ts";
import { ENV } from "../vocabulary/env-vars.ts";
import { NODE_TYPE, type NodeType } from "../vocabulary/labels.ts";
import { PORT } from "../vocabulary/ports.ts";
import { logicalResourceParams } from "./resource-params.ts";

/**
 * The parameters of `ray start` on the pods of a group: the user's, then what `resources` and `labels` say, then what
 * Ray needs to run in a pod (KubeRay rule). What the container's resources say comes later.
 */
export function rayStartParams(
  cluster: RayCluster,
  nodeType: NodeType,
  group: CompleteGroup,
): Readonly<Record<string, string>> {
  const isHead = nodeType === NODE_TYPE.head;
  return {
    ...(isHead && { "dashboard-host": "0.0.0.0" }),
    "metrics-export-port": String(PORT.metrics),
    // Ray's own default, written down because the probes rely on it.
    "dashboard-agent-listen-port": String(PORT.dashboardAgent),
    ...group.rayStartParams,
    ...logicalResourceParams(group.resources),
    ...labelParam(group.labels),
    // The container lives as long as Ray does.
    block: "true",
    // The autoscaler in its own container takes the place of Ray's built-in monitor.
    ...(isHead && isAutoscaling(cluster.spec) && { "no-monitor": "true" }),
    ...(isHead && redisParams(cluster)),
  };
}

function labelParam(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const pairs = Object.keys(labels)
    .sort()
    .map((key) => `${key}=${labels[key]}`);
  return pairs.length === 0 ? {} : { labels: pairs.join(",") };
}

/** The shell that runs `ray start` fills in the credentials, which so do not show in the pod. */
function redisParams({ spec }: RayCluster): Readonly<Record<string, string>> {
  const { redisUsername, redisPassword } = spec.gcsFaultToleranceOptions ?? {};
  return {
    ...(redisUsername && { "redis-username": `$${ENV.redisUsername}` }),
    ...(redisPassword && { "redis-password": `$${ENV.redisPassword}` }),
  };
}
