import type { Container, EnvVar } from "@heliostat/kube";
import { autoscalerServiceAccountName } from "../names/cluster-names.ts";
import { autoscalerVersion, isAutoscaling } from "../raycluster/autoscaling.ts";
import type { AutoscalerOptions } from "../raycluster/types.ts";
import { CONTAINER } from "../vocabulary/container-names.ts";
import { ENV } from "../vocabulary/env-vars.ts";
import { LABEL } from "../vocabulary/labels.ts";
import type { PodContext, RayPod } from "./pod-context.ts";
import { fieldVariable, labelVariable, rayContainer, withEnv, withRayContainer } from "./ray-container.ts";
import { SHELL } from "./start-command.ts";

/** Step: Ray's autoscaler runs beside the head, under an account that may change the cluster's number of replicas. */
export function autoscalerSidecar(pod: RayPod, { cluster }: PodContext): RayPod {
  if (!isAutoscaling(cluster.spec)) return pod;
  const sidecar = autoscalerContainer(rayContainer(pod).image, cluster.spec.autoscalerOptions);
  const beside: RayPod = {
    ...pod,
    spec: {
      ...pod.spec,
      serviceAccountName: autoscalerServiceAccountName(cluster),
      containers: [...pod.spec.containers, sidecar],
    },
  };
  const version = autoscalerVersion(cluster.spec);
  if (!version) return beside;
  const choice = { name: ENV.enableAutoscalerV2, value: String(version === "v2") };
  return withRayContainer(beside, (container) => withEnv(container, [choice]));
}

/** Step: under autoscaler v2 a container that ends is replaced by a new pod, never started again in the old one. */
export function autoscalerRestartPolicy(pod: RayPod, { cluster }: PodContext): RayPod {
  const isV2 = isAutoscaling(cluster.spec) && autoscalerVersion(cluster.spec) === "v2";
  return isV2 ? { ...pod, spec: { ...pod.spec, restartPolicy: "Never" } } : pod;
}

const COMMAND = `ray kuberay-autoscaler --cluster-name $(${ENV.clusterName}) --cluster-namespace $(${ENV.clusterNamespace})`;

const RESOURCES = { cpu: "500m", memory: "512Mi" };

const ENVIRONMENT: readonly EnvVar[] = [
  labelVariable(ENV.clusterName, LABEL.cluster),
  fieldVariable(ENV.clusterNamespace, "metadata.namespace"),
  fieldVariable(ENV.headPodName, "metadata.name"),
  { name: ENV.crdVersion, value: "v1" },
  { name: ENV.autoscalerCommand, value: COMMAND },
];

function autoscalerContainer(rayImage: string | undefined, options: AutoscalerOptions = {}): Container {
  const { image = rayImage, imagePullPolicy = "IfNotPresent", securityContext } = options;
  const { command = [], args = [], env = [], envFrom = [], volumeMounts = [] } = options;
  return {
    name: CONTAINER.autoscaler,
    ...(image !== undefined && { image }),
    imagePullPolicy,
    command: command.length > 0 ? command : SHELL,
    args: args.length > 0 ? args : [COMMAND],
    env: [...ENVIRONMENT, ...env],
    ...(envFrom.length > 0 && { envFrom }),
    ...(volumeMounts.length > 0 && { volumeMounts }),
    ...(securityContext && { securityContext }),
    resources: options.resources ?? { limits: RESOURCES, requests: RESOURCES },
  };
}
