import { type FieldValue, fieldValues, type InputWalkOptions } from "@heliostat/controller/testing";
import type { Schema } from "@heliostat/kube";
import { RAY_CLUSTERS, rayCrds } from "@heliostat/ray";
import { aRayCluster } from "@heliostat/ray/testing";

/** A walk over every field of a RayCluster's spec, the pod templates of its head and first group included. */
export function rayClusterWalk(): InputWalkOptions {
  const { apiVersion, kind, spec } = aRayCluster({ workers: [{ replicas: 1, maxReplicas: 5 }] });
  const object = { apiVersion, kind, metadata: { name: "c", namespace: "default" }, spec };
  return { resource: RAY_CLUSTERS, object, values: fieldValues(specSchema()).filter(isWalkable) };
}

function specSchema(): Schema {
  const crd = rayCrds().find(({ spec }) => spec.names.kind === "RayCluster");
  const version = crd?.spec.versions.find(({ name }) => name === "v1");
  const schema = (version?.schema?.openAPIV3Schema as Schema | undefined)?.properties?.["spec"];
  if (!schema) throw new Error("Cannot walk RayCluster: its definition has no schema of v1");
  return schema;
}

/** What ends a pod, or hands the cluster to somebody else, cannot be taken back without a trace. */
const ONE_WAY: ReadonlySet<string> = new Set(["managedBy"]);

function isWalkable({ path }: FieldValue): boolean {
  return !ONE_WAY.has(String(path.at(-1)));
}
