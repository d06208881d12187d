import { controllerReference, type ObjectMeta } from "@heliostat/kube";
import { APP_NAME, CREATED_BY, LABEL } from "../vocabulary/labels.ts";
import type { RayCluster } from "./types.ts";

/** Metadata of an object that belongs to a cluster and goes with it. */
export function ownedMetadata(
  cluster: RayCluster,
  name: string,
  labels: Readonly<Record<string, string>>,
): ObjectMeta {
  const { namespace } = cluster.metadata;
  return {
    name,
    ...(namespace !== undefined && { namespace }),
    labels,
    ownerReferences: [controllerReference(cluster)],
  };
}

/** The labels of nearly everything that is made for a cluster. */
export function clusterLabels({ metadata }: RayCluster): Readonly<Record<string, string>> {
  return {
    [LABEL.cluster]: metadata.name,
    [LABEL.appName]: APP_NAME,
    [LABEL.createdBy]: CREATED_BY,
  };
}
