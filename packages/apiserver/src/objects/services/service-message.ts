import { create, fromJsonString } from "@bufbuild/protobuf";
import type { Event } from "@heliostat/kube";
import {
  RayServiceSchema,
  RayServiceStatusSchema,
  type ServeApplicationStatus,
  ServeApplicationStatusSchema,
  type ServeDeploymentGraphSpec,
  ServeDeploymentGraphSpecSchema,
  type RayService as ServiceMessage,
  type RayServiceStatus as StatusMessage,
} from "@heliostat/proto";
import type { AppStatus, RayService } from "@heliostat/ray";
import type { ApiVersion } from "../../handlers.ts";
import { clusterSpecMessage } from "../clusters/cluster-spec-message.ts";
import { serviceEvent } from "../events.ts";
import { protoSeconds } from "../times.ts";
import { API_ANNOTATION, API_LABEL } from "../vocabulary.ts";

/**
 * A RayService as the API tells it: what was asked for, and how serving goes. Under v1alpha2 a service that came with a
 * deployment graph shows it again, in place of the config that was made of it.
 */
export function serviceMessage(
  service: RayService,
  events: readonly Event[],
  version: ApiVersion,
): ServiceMessage {
  const { metadata, spec } = service;
  const createdAt = protoSeconds(metadata.creationTimestamp);
  const deleteAt = protoSeconds(metadata.deletionTimestamp);
  const graph = version === "v1alpha2" ? graphOf(service) : undefined;
  return create(RayServiceSchema, {
    name: metadata.name,
    namespace: metadata.namespace ?? "",
    user: metadata.labels?.[API_LABEL.user] ?? "",
    ...(graph ? { serveDeploymentGraphSpec: graph } : { serveConfigV2: spec.serveConfigV2 ?? "" }),
    clusterSpec: clusterSpecMessage(spec.rayClusterConfig),
    version: spec.rayClusterConfig.rayVersion ?? "",
    serviceUnhealthySecondThreshold: spec.serviceUnhealthySecondThreshold ?? 0,
    deploymentUnhealthySecondThreshold: spec.deploymentUnhealthySecondThreshold ?? 0,
    rayServiceStatus: statusMessage(service, events, version),
    ...(createdAt && { createdAt }),
    ...(deleteAt && { deleteAt }),
  });
}

function statusMessage(
  { metadata, status }: RayService,
  events: readonly Event[],
  version: ApiVersion,
): StatusMessage {
  const {
    rayClusterName = "",
    rayClusterStatus,
    applicationStatuses = {},
  } = status?.activeServiceStatus ?? {};
  const applications = byName(applicationStatuses).map(applicationMessage);
  return create(RayServiceStatusSchema, {
    rayServiceEvents: events.map((event) => serviceEvent(event, metadata.name)),
    rayClusterName,
    rayClusterState: rayClusterStatus?.state ?? "",
    serviceEndpoint: { ...rayClusterStatus?.endpoints },
    serveApplicationStatus: applications,
    ...(version === "v1alpha2" && soleApplication(applications)),
  });
}

/** v1alpha2 knows one application: the fields that v1 has given up speak of the first. */
function soleApplication([first]: readonly ServeApplicationStatus[]) {
  if (!first) return {};
  return {
    applicationStatus: first.status,
    applicationMessage: first.message,
    serveDeploymentStatus: first.serveDeploymentStatus,
  };
}

function applicationMessage([name, application]: readonly [string, AppStatus]): ServeApplicationStatus {
  return create(ServeApplicationStatusSchema, {
    name,
    status: application.status ?? "",
    message: application.message ?? "",
    serveDeploymentStatus: byName(application.serveDeploymentStatuses ?? {}).map(
      ([deploymentName, each]) => ({
        deploymentName,
        status: each.status ?? "",
        message: each.message ?? "",
      }),
    ),
  });
}

function byName<T>(map: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
  return Object.entries(map).sort(([left], [right]) => (left < right ? -1 : 1));
}

function graphOf({ metadata }: RayService): ServeDeploymentGraphSpec | undefined {
  const text = metadata.annotations?.[API_ANNOTATION.serveGraph];
  if (text === undefined) return undefined;
  try {
    return fromJsonString(ServeDeploymentGraphSpecSchema, text, { ignoreUnknownFields: true });
  } catch {
    // Anybody may write annotations.
    return undefined;
  }
}
