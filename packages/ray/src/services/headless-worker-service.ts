import type { Service } from "@heliostat/kube";
import { headlessWorkerServiceName } from "../names/cluster-names.ts";
import { ownedMetadata } from "../raycluster/owned-metadata.ts";
import type { RayCluster } from "../raycluster/types.ts";
import { LABEL, NODE_TYPE } from "../vocabulary/labels.ts";

/** The service by which the hosts of one replica find each other, ready or not, as KubeRay makes it. */
export function headlessWorkerService(cluster: RayCluster): Service {
  const { name } = cluster.metadata;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: ownedMetadata(cluster, headlessWorkerServiceName(cluster), {
      [LABEL.headlessWorkerService]: name,
    }),
    spec: {
      type: "ClusterIP",
      clusterIP: "None",
      publishNotReadyAddresses: true,
      selector: { [LABEL.cluster]: name, [LABEL.nodeType]: NODE_TYPE.worker },
    },
  };
}

/** Whether a group of the cluster has replicas of several hosts, which need that service. */
export function needsHeadlessWorkerService({ spec }: RayCluster): boolean {
  return (spec.workerGroupSpecs ?? []).some(({ numOfHosts = 1 }) => numOfHosts > 1);
}
