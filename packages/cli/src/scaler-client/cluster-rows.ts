import type { ClusterObject } from "@heliostat/client";

export const CLUSTER_HEADING = ["NAMESPACE", "NAME", "WORKERS", "READY", "STATE"] as const;

/** A cluster of any engine as a line of a table; what it does not say is left blank. */
export function clusterRow({ apiVersion = "", metadata, spec, status }: ClusterObject): readonly string[] {
  const name = [textAt(metadata, "namespace"), textAt(metadata, "name")];
  if (apiVersion.startsWith("ray.io/"))
    return [
      ...name,
      textAt(status, "desiredWorkerReplicas"),
      textAt(status, "readyWorkerReplicas"),
      textAt(status, "state"),
    ];
  const nodes = status?.["nodes"];
  return [
    ...name,
    textAt(spec?.["worker"], "replicas"),
    Array.isArray(nodes) ? String(Math.max(nodes.length - 1, 0)) : "",
    textAt(status, "clusterStatus") || textAt(status, "phase"),
  ];
}

function textAt(object: unknown, name: string): string {
  const value = (Object(object) as Readonly<Record<string, unknown>>)[name];
  return value === undefined || value === null ? "" : String(value);
}
