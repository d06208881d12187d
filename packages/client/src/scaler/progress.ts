import type { ClusterObject } from "./cluster-object.ts";

/** Whether as many workers run as are wanted. An object that does not say so is not there yet. */
export function isScaled(cluster: ClusterObject): boolean {
  const wanted = wantedWorkers(cluster);
  return wanted !== undefined && wanted === actualWorkers(cluster);
}

function wantedWorkers(cluster: ClusterObject): number | undefined {
  if (isRayIo(cluster)) return numberAt(cluster, "status", "desiredWorkerReplicas");
  return (
    numberAt(cluster, "spec", "worker", "replicas") ?? numberAt(cluster, "spec", "autoscaling", "minReplicas")
  );
}

function actualWorkers(cluster: ClusterObject): number | undefined {
  if (isRayIo(cluster)) {
    // Until the operator has seen the newest spec, its numbers are about an older one.
    const isObserved =
      numberAt(cluster, "status", "observedGeneration") === numberAt(cluster, "metadata", "generation");
    return isObserved ? (numberAt(cluster, "status", "readyWorkerReplicas") ?? 0) : undefined;
  }
  const nodes = valueAt(cluster, ["status", "nodes"]);
  // Head, scheduler or master comes first.
  return Array.isArray(nodes) && nodes.length > 0 ? nodes.length - 1 : undefined;
}

function isRayIo({ apiVersion = "" }: ClusterObject): boolean {
  return apiVersion.startsWith("ray.io/");
}

function numberAt(object: unknown, ...path: readonly string[]): number | undefined {
  const value = valueAt(object, path);
  return typeof value === "number" ? value : undefined;
}

function valueAt(object: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined,
    object,
  );
}
