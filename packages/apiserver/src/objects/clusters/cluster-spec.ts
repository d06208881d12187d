import type { EnvVar } from "@heliostat/kube";
import type {
  ClusterSpec,
  HeadGroupSpec as HeadMessage,
  WorkerGroupSpec as WorkerMessage,
} from "@heliostat/proto";
import type { HeadGroupSpec, RayClusterSpec, WorkerGroupSpec } from "@heliostat/ray";
import type { ApiVersion } from "../../handlers.ts";
import { headPodTemplate, type PodIngredients, workerPodTemplate } from "../pods/group-pods.ts";
import type { Template } from "../templates/template.ts";
import { autoscalerOptions } from "./autoscaler-options.ts";

/** What a cluster's spec is made of beside the message. */
export interface ClusterIngredients {
  /** The compute templates that its groups name. */
  readonly templates: ReadonlyMap<string, Template>;
  readonly version: ApiVersion;
  /**
   * What a minimum of 0 means. v1 cannot tell it from an absent one and takes "no fewer than there are" (KubeRay rule).
   *
   * @default `replicas` under v1, `zero` under v1alpha2
   */
  readonly zeroMinimum?: "replicas" | "zero";
  readonly rayVersion: string;
  readonly clusterEnv?: readonly EnvVar[];
  /** @default false */
  readonly hasServePorts?: boolean;
}

/**
 * The spec of a RayCluster as KubeRay's API server makes it.
 *
 * @throws ApiError `InvalidArgument` when a volume, an amount or a word cannot be read
 */
export function rayClusterSpec(message: ClusterSpec, ingredients: ClusterIngredients): RayClusterSpec {
  const { headGroupSpec: head, workerGroupSpec: workers } = message;
  if (!head) throw new Error("Cannot make a RayCluster without a head: the request was not validated");
  const { headServiceAnnotations, autoscalerOptions: options, enableInTreeAutoscaling } = message;
  return {
    rayVersion: ingredients.rayVersion,
    ...(Object.keys(headServiceAnnotations).length > 0 && {
      headServiceAnnotations: { ...headServiceAnnotations },
    }),
    ...(enableInTreeAutoscaling && {
      enableInTreeAutoscaling,
      ...(options && { autoscalerOptions: autoscalerOptions(options) }),
    }),
    headGroupSpec: headGroup(head, ingredients),
    workerGroupSpecs: workers.map((worker) => workerGroup(worker, ingredients)),
  };
}

/** What v1alpha2 starts Ray with where a request says nothing, as its document prints it. */
const START_PARAMS = {
  head: { "dashboard-host": "0.0.0.0", "node-ip-address": "$MY_POD_IP", port: "6379" },
  worker: { "node-ip-address": "$MY_POD_IP" },
} as const;

function headGroup(message: HeadMessage, ingredients: ClusterIngredients): HeadGroupSpec {
  const { serviceType, enableIngress, rayStartParams } = message;
  return {
    ...(serviceType !== "" && { serviceType }),
    ...(enableIngress && { enableIngress }),
    rayStartParams: startParams("head", rayStartParams, ingredients),
    template: headPodTemplate(message, podIngredients(message.computeTemplate, ingredients)),
  };
}

function workerGroup(message: WorkerMessage, ingredients: ClusterIngredients): WorkerGroupSpec {
  const { groupName, replicas, minReplicas, maxReplicas, rayStartParams } = message;
  return {
    groupName,
    replicas,
    minReplicas: isZeroMeant(ingredients) ? minReplicas : minReplicas || replicas,
    maxReplicas: maxReplicas || replicas,
    rayStartParams: startParams("worker", rayStartParams, ingredients),
    template: workerPodTemplate(message, podIngredients(message.computeTemplate, ingredients)),
  };
}

function isZeroMeant({ version, zeroMinimum }: ClusterIngredients): boolean {
  return (zeroMinimum ?? (version === "v1" ? "replicas" : "zero")) === "zero";
}

function startParams(
  part: keyof typeof START_PARAMS,
  given: Readonly<Record<string, string>>,
  { version }: ClusterIngredients,
): Readonly<Record<string, string>> {
  const isFilled = version === "v1alpha2" && Object.keys(given).length === 0;
  return isFilled ? START_PARAMS[part] : { ...given };
}

function podIngredients(computeTemplate: string, ingredients: ClusterIngredients): PodIngredients {
  const { templates, rayVersion, clusterEnv = [], hasServePorts = false } = ingredients;
  const template = templates.get(computeTemplate);
  if (!template) throw new Error(`Cannot make pods: compute template "${computeTemplate}" was not fetched`);
  return { template, rayVersion, clusterEnv, hasServePorts };
}
