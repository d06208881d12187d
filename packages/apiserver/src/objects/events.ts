import { create } from "@bufbuild/protobuf";
import type { Event } from "@heliostat/kube";
import {
  type ClusterEvent,
  ClusterEventSchema,
  type RayServiceEvent,
  RayServiceEventSchema,
} from "@heliostat/proto";
import { protoSeconds } from "./times.ts";
import { API_LABEL } from "./vocabulary.ts";

/** What happened to a cluster, as its message tells it. */
export function clusterEvent(event: Event): ClusterEvent {
  return create(
    ClusterEventSchema,
    fieldsOf(event, event.metadata.labels?.[API_LABEL.clusterName] ?? event.regarding?.name ?? ""),
  );
}

/** What happened to a service or to its cluster, as the service's message tells it. */
export function serviceEvent(event: Event, serviceName: string): RayServiceEvent {
  return create(RayServiceEventSchema, fieldsOf(event, serviceName));
}

function fieldsOf(event: Event, prefix: string) {
  const { metadata, eventTime, series, deprecatedFirstTimestamp, deprecatedLastTimestamp } = event;
  const createdAt = protoSeconds(metadata.creationTimestamp);
  const firstTimestamp = protoSeconds(eventTime ?? deprecatedFirstTimestamp);
  const lastTimestamp = protoSeconds(series?.lastObservedTime ?? deprecatedLastTimestamp ?? eventTime);
  return {
    id: metadata.name,
    name: `${prefix}-${metadata.name}`,
    reason: event.reason ?? "",
    message: event.note ?? "",
    type: event.type ?? "",
    count: series?.count ?? event.deprecatedCount ?? 0,
    ...(createdAt && { createdAt }),
    ...(firstTimestamp && { firstTimestamp }),
    ...(lastTimestamp && { lastTimestamp }),
  };
}
