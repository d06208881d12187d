import { type Cluster, type Cluster_Environment, Cluster_EnvironmentSchema } from "@heliostat/proto";
import { ANNOTATION, APP_NAME, LABEL, type RayCluster } from "@heliostat/ray";
import type { CreationFacts } from "../creation-facts.ts";
import { envVars } from "../pods/environment.ts";
import type { Template } from "../templates/template.ts";
import { goTimeText } from "../times.ts";
import { API_ANNOTATION, API_LABEL, API_MANAGER } from "../vocabulary.ts";
import { rayClusterSpec } from "./cluster-spec.ts";

/**
 * The RayCluster that a message asks for, labels, annotations and all (KubeRay's shape).
 *
 * @param templates the compute templates that its groups name
 * @throws ApiError `InvalidArgument` when a volume, an amount or a word cannot be read
 */
export function rayClusterObject(
  cluster: Cluster,
  templates: ReadonlyMap<string, Template>,
  facts: CreationFacts,
): RayCluster {
  const { name, namespace, clusterSpec, annotations } = cluster;
  if (!clusterSpec) throw new Error("Cannot make a RayCluster without a spec: the request was not validated");
  return {
    apiVersion: "ray.io/v1",
    kind: "RayCluster",
    metadata: {
      name,
      namespace,
      labels: clusterLabels(cluster, facts),
      annotations: {
        ...annotations,
        [API_ANNOTATION.creationTimestamp]: goTimeText(facts.nowMs),
        ...facts.callerAnnotations,
      },
    },
    spec: rayClusterSpec(clusterSpec, {
      templates,
      version: facts.version,
      ...(facts.zeroMinimum && { zeroMinimum: facts.zeroMinimum }),
      rayVersion: cluster.version || facts.defaultRayVersion,
      clusterEnv: envVars(cluster.envs),
      hasServePorts: annotations[ANNOTATION.enableServeService] === "true",
    }),
  };
}

/** The name of an environment; numbers that have none count as `DEV`. */
function environmentName(environment: Cluster_Environment): string {
  return Cluster_EnvironmentSchema.value[environment]?.name ?? "DEV";
}

function clusterLabels(
  { name, user, version, environment }: Cluster,
  { callerName }: CreationFacts,
): Readonly<Record<string, string>> {
  return {
    [API_LABEL.clusterName]: name,
    [API_LABEL.user]: user || callerName,
    [API_LABEL.version]: version,
    [API_LABEL.environment]: environmentName(environment),
    [LABEL.appName]: APP_NAME,
    [API_LABEL.managedBy]: API_MANAGER,
  };
}
