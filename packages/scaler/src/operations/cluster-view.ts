import { fullName, type WorkerGroup } from "@heliostat/engines";
import type { Cluster } from "../clusters/directory.ts";
import type { PodFacts } from "../clusters/pod-cache.ts";
import type { Ground } from "./operation.ts";

/** How many workers of a group there are. */
export interface Counts {
  readonly current: number;
  readonly ready: number;
}

/** A cluster in our own words: what may be known of it and nothing else. */
export function clusterView(ground: Ground, cluster: Cluster): Readonly<Record<string, unknown>> {
  const { cache, driver, object } = cluster;
  const { name, namespace, uid, creationTimestamp } = object.metadata;
  const { groups, writer, warnings } = driver.scaleView(object, cache.relatedTo(object));
  const head = driver.podLabels(object, "head") && ground.directory.head(cluster);
  return {
    kind: fullName(driver),
    name,
    namespace,
    uid,
    engine: driver.engine,
    createdAt: creationTimestamp ?? null,
    owner: ground.owners.ownerOf(object) ?? null,
    phase: phaseOf(cluster),
    writer,
    groups: groups.map((group) => groupView(group, countsOf(ground, cluster, group.name))),
    head: head ? podView(head) : null,
    warnings,
  };
}

function groupView(
  { name, replicas, bounds }: WorkerGroup,
  counts: Counts,
): Readonly<Record<string, unknown>> {
  return { name, replicas, minReplicas: bounds?.min ?? null, maxReplicas: bounds?.max ?? null, ...counts };
}

function podView({ name, uid, createdAt, isReady }: PodFacts): Readonly<Record<string, unknown>> {
  return { pod: name, uid, createdAt, ready: isReady };
}

/** What the cluster's operator says of it, under the name that each operator uses. */
function phaseOf({ object }: Cluster): string | null {
  const { status } = object as { readonly status?: Readonly<Record<string, unknown>> };
  const phase = status?.["clusterStatus"] ?? status?.["state"] ?? status?.["phase"];
  return typeof phase === "string" ? phase : null;
}

/** Pods where there are any; else what the cluster's own status says of its nodes. */
export function countsOf({ directory }: Ground, cluster: Cluster, group: string): Counts {
  const pods = directory.podsOf(cluster, "worker", group).filter((pod) => !pod.isTerminating);
  if (pods.length > 0 || directory.head(cluster))
    return { current: pods.length, ready: pods.filter(({ isReady }) => isReady).length };
  const { status } = cluster.object as { readonly status?: { readonly nodes?: unknown } };
  const nodes = Array.isArray(status?.nodes) ? status.nodes.length : 0;
  const heads = cluster.driver.podLabels(cluster.object, "head") ? 1 : 0;
  const current = Math.max(0, nodes - heads);
  return { current, ready: current };
}
