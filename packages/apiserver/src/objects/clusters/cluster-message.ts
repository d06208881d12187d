import { create } from "@bufbuild/protobuf";
import type { Event } from "@heliostat/kube";
import {
  type Cluster,
  Cluster_Environment,
  Cluster_EnvironmentSchema,
  ClusterSchema,
} from "@heliostat/proto";
import type { RayCluster } from "@heliostat/ray";
import { clusterEvent } from "../events.ts";
import { protoSeconds } from "../times.ts";
import { API_LABEL } from "../vocabulary.ts";
import { clusterSpecMessage } from "./cluster-spec-message.ts";

/** A RayCluster as the API tells it, with what has happened to it. */
export function clusterMessage({ metadata, spec, status }: RayCluster, events: readonly Event[]): Cluster {
  const { labels = {}, annotations = {} } = metadata;
  const createdAt = protoSeconds(metadata.creationTimestamp);
  return create(ClusterSchema, {
    name: metadata.name,
    namespace: metadata.namespace ?? "",
    user: labels[API_LABEL.user] ?? "",
    version: labels[API_LABEL.version] ?? "",
    environment: environmentOf(labels[API_LABEL.environment]),
    clusterSpec: clusterSpecMessage(spec),
    annotations: { ...annotations },
    ...(createdAt && { createdAt }),
    clusterState: status?.state ?? "",
    events: events.map(clusterEvent),
    serviceEndpoint: { ...status?.endpoints },
  });
}

function environmentOf(name: string | undefined): Cluster_Environment {
  const known = Cluster_EnvironmentSchema.values.find((value) => value.name === name);
  return (known?.number ?? Cluster_Environment.DEV) as Cluster_Environment;
}
