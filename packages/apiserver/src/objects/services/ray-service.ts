import { toJsonString } from "@bufbuild/protobuf";
import { ServeDeploymentGraphSpecSchema, type RayService as ServiceMessage } from "@heliostat/proto";
import { APP_NAME, LABEL, type RayService, type RayServiceSpec } from "@heliostat/ray";
import { ApiError } from "../../errors/api-error.ts";
import { rayClusterSpec } from "../clusters/cluster-spec.ts";
import type { CreationFacts } from "../creation-facts.ts";
import type { Template } from "../templates/template.ts";
import { goTimeText } from "../times.ts";
import { API_ANNOTATION, API_LABEL, API_MANAGER } from "../vocabulary.ts";
import { yamlMap } from "../yaml-map.ts";
import { serveConfigOfGraph } from "./serve-graph.ts";

/**
 * The RayService that a message asks for (KubeRay's shape). Its head always has the ports of Serve.
 *
 * @throws ApiError `InvalidArgument` when there is nothing to serve, or when something cannot be read
 */
export function rayServiceObject(
  service: ServiceMessage,
  templates: ReadonlyMap<string, Template>,
  facts: CreationFacts,
): RayService {
  return {
    apiVersion: "ray.io/v1",
    kind: "RayService",
    metadata: {
      name: service.name,
      namespace: service.namespace,
      labels: {
        [API_LABEL.user]: service.user || facts.callerName,
        [LABEL.appName]: APP_NAME,
        [API_LABEL.managedBy]: API_MANAGER,
      },
      annotations: {
        [API_ANNOTATION.creationTimestamp]: goTimeText(facts.nowMs),
        ...graphAnnotation(service, facts),
        ...facts.callerAnnotations,
      },
    },
    spec: serviceSpec(service, templates, facts),
  };
}

/**
 * A service as an update leaves it: what the message speaks of is the message's, and what others have added (labels,
 * annotations, finalizers, further fields) stays. KubeRay's server drops it.
 */
export function updatedService(before: RayService, wanted: RayService, facts: CreationFacts): RayService {
  const { [API_ANNOTATION.serveGraph]: _graph, ...annotations } = before.metadata.annotations ?? {};
  const {
    serviceUnhealthySecondThreshold: _service,
    deploymentUnhealthySecondThreshold: _deployment,
    ...spec
  } = before.spec;
  return {
    ...before,
    metadata: {
      ...before.metadata,
      labels: { ...before.metadata.labels, ...wanted.metadata.labels },
      annotations: {
        ...wanted.metadata.annotations,
        ...annotations,
        ...graphOf(wanted),
        [API_ANNOTATION.updateTimestamp]: goTimeText(facts.nowMs),
      },
    },
    spec: { ...spec, ...wanted.spec },
  };
}

function serviceSpec(
  service: ServiceMessage,
  templates: ReadonlyMap<string, Template>,
  facts: CreationFacts,
): RayServiceSpec {
  const { clusterSpec, version, serviceUnhealthySecondThreshold, deploymentUnhealthySecondThreshold } =
    service;
  if (!clusterSpec)
    throw new Error("Cannot make a RayService without a cluster: the request was not validated");
  return {
    serveConfigV2: serveConfig(service, facts),
    ...(serviceUnhealthySecondThreshold > 0 && { serviceUnhealthySecondThreshold }),
    ...(deploymentUnhealthySecondThreshold > 0 && { deploymentUnhealthySecondThreshold }),
    rayClusterConfig: rayClusterSpec(clusterSpec, {
      templates,
      version: facts.version,
      rayVersion: version || facts.defaultRayVersion,
      hasServePorts: true,
    }),
  };
}

function serveConfig(service: ServiceMessage, facts: CreationFacts): string {
  const { serveConfigV2 } = service;
  if (serveConfigV2 !== "") {
    yamlMap(serveConfigV2, "serveConfigV2");
    return serveConfigV2;
  }
  const graph = graphFor(service, facts);
  if (graph) return serveConfigOfGraph(graph);
  throw new ApiError("InvalidArgument", "serve configuration is not defined");
}

/** The graph counts under v1alpha2 alone, and only where nothing newer is said. */
function graphFor(
  { serveConfigV2, serveDeploymentGraphSpec }: ServiceMessage,
  { version }: CreationFacts,
): ServiceMessage["serveDeploymentGraphSpec"] {
  return version === "v1alpha2" && serveConfigV2 === "" ? serveDeploymentGraphSpec : undefined;
}

function graphAnnotation(service: ServiceMessage, facts: CreationFacts): Readonly<Record<string, string>> {
  const graph = graphFor(service, facts);
  return graph ? { [API_ANNOTATION.serveGraph]: toJsonString(ServeDeploymentGraphSpecSchema, graph) } : {};
}

function graphOf({ metadata }: RayService): Readonly<Record<string, string>> {
  const graph = metadata.annotations?.[API_ANNOTATION.serveGraph];
  return graph === undefined ? {} : { [API_ANNOTATION.serveGraph]: graph };
}
