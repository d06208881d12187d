import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { Container, PodTemplateSpec } from "@heliostat/kube";
import {
  type ClusterSpec,
  ClusterSpecSchema,
  type HeadGroupSpecSchema,
  type WorkerGroupSpecSchema,
} from "@heliostat/proto";
import {
  ANNOTATION,
  ENV,
  type HeadGroupSpec,
  LABEL,
  type RayClusterSpec,
  type WorkerGroupSpec,
} from "@heliostat/ray";
import { environmentOf } from "../pods/environment.ts";
import { securityContextMessage } from "../pods/security-context.ts";
import { volumeMessages } from "../pods/volume-messages.ts";
import { API_ANNOTATION, RAY_CONTAINER } from "../vocabulary.ts";
import { autoscalerMessage } from "./autoscaler-options.ts";

/**
 * A RayCluster's spec as the API tells it. What a request has said comes back as it was said, and nothing is added
 * (KubeRay's echo rule); what the API has no word for is left out, and what is absent counts as zero.
 */
export function clusterSpecMessage(spec: RayClusterSpec): ClusterSpec {
  const { enableInTreeAutoscaling = false, autoscalerOptions, headServiceAnnotations = {} } = spec;
  return create(ClusterSpecSchema, {
    headGroupSpec: headMessage(spec.headGroupSpec),
    workerGroupSpec: (spec.workerGroupSpecs ?? []).map(workerMessage),
    enableInTreeAutoscaling,
    ...(autoscalerOptions && { autoscalerOptions: autoscalerMessage(autoscalerOptions) }),
    headServiceAnnotations: { ...headServiceAnnotations },
  });
}

/** Variables that the server or the operator sets in every head: no part of what the user said. */
const HEAD_ENV: ReadonlySet<string> = new Set([
  "MY_POD_IP",
  ENV.clusterName,
  ENV.gcsPort,
  ENV.rayAddress,
  ENV.usageInUse,
]);

const WORKER_ENV: ReadonlySet<string> = new Set([
  ...HEAD_ENV,
  "RAY_DISABLE_DOCKER_CPU_WARNING",
  "TYPE",
  "CPU_REQUEST",
  "CPU_LIMITS",
  "MEMORY_REQUESTS",
  "MEMORY_LIMITS",
  "MY_POD_NAME",
  ENV.headFqdn,
  ENV.headServiceName,
  ENV.redisPassword,
]);

/** Annotations of a pod template that are not the user's. */
const OWN_ANNOTATIONS: ReadonlySet<string> = new Set([
  API_ANNOTATION.computeImage,
  API_ANNOTATION.computeTemplate,
  "openshift.io/scc",
  "cni.projectcalico.org/podIP",
  "cni.projectcalico.org/podIPs",
  "cni.projectcalico.org/containerID",
  "ray.io/health-state",
  ANNOTATION.faultTolerance,
  "k8s.v1.cni.cncf.io/network-status",
  "k8s.v1.cni.cncf.io/networks-status",
]);

/** Labels of a pod template that are not the user's. */
const OWN_LABELS: ReadonlySet<string> = new Set([
  LABEL.createdBy,
  LABEL.appName,
  LABEL.cluster,
  "ray.io/cluster-dashboard",
  LABEL.group,
  LABEL.identifier,
  LABEL.isRayNode,
  LABEL.nodeType,
]);

function headMessage(group: HeadGroupSpec): MessageInitShape<typeof HeadGroupSpecSchema> {
  const { serviceType = "", enableIngress = false } = group;
  return { ...groupMessage(group, RAY_CONTAINER.head, HEAD_ENV), serviceType, enableIngress };
}

function workerMessage(group: WorkerGroupSpec): MessageInitShape<typeof WorkerGroupSpecSchema> {
  const { groupName, replicas = 0, minReplicas = 0, maxReplicas = 0 } = group;
  return {
    ...groupMessage(group, RAY_CONTAINER.worker, WORKER_ENV),
    groupName,
    replicas,
    minReplicas,
    maxReplicas,
  };
}

function groupMessage(
  { template, rayStartParams = {} }: HeadGroupSpec | WorkerGroupSpec,
  containerName: string,
  reservedEnv: ReadonlySet<string>,
) {
  const { annotations = {}, labels = {} } = template.metadata ?? {};
  const { volumes, serviceAccountName = "", imagePullSecrets = [] } = template.spec ?? { containers: [] };
  const container = rayContainer(template, containerName);
  const security = securityContextMessage(container?.securityContext);
  return {
    computeTemplate: annotations[API_ANNOTATION.computeTemplate] ?? "",
    // The annotation holds what was asked for, even if that is nothing; objects of others have the container alone.
    image: annotations[API_ANNOTATION.computeImage] ?? container?.image ?? "",
    imagePullPolicy: container?.imagePullPolicy === "Always" ? "Always" : "",
    rayStartParams: { ...rayStartParams },
    environment: environmentOf(container?.env, reservedEnv),
    annotations: without(annotations, OWN_ANNOTATIONS),
    labels: without(labels, OWN_LABELS),
    volumes: volumeMessages(volumes, container?.volumeMounts),
    serviceAccount: serviceAccountName.length > 1 ? serviceAccountName : "",
    imagePullSecret: imagePullSecrets[0]?.name ?? "",
    ...(security && { securityContext: security }),
  };
}

/** The container of the server's own naming; of other makers' pods the first, which runs Ray by contract. */
function rayContainer({ spec }: PodTemplateSpec, name: string): Container | undefined {
  return spec?.containers.find((each) => each.name === name) ?? spec?.containers[0];
}

function without(map: Readonly<Record<string, string>>, keys: ReadonlySet<string>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.has(key)));
}
