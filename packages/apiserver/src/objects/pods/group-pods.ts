import type { Container, EnvVar, PodTemplateSpec } from "@heliostat/kube";
import type { HeadGroupSpec, WorkerGroupSpec } from "@heliostat/proto";
import { PORT } from "@heliostat/ray";
import { podTolerations, type Template, templateResources } from "../templates/template.ts";
import { API_ANNOTATION, IMAGE_REPOSITORY, RAY_CONTAINER } from "../vocabulary.ts";
import { envVars, mergedEnvVars } from "./environment.ts";
import { securityContext } from "./security-context.ts";
import { podVolumes, volumeMounts } from "./volumes.ts";

/** What a group's pods are made of beside the group itself. */
export interface PodIngredients {
  readonly template: Template;
  /** Ray's version: the tag of the image where the group names none. */
  readonly rayVersion: string;
  /** The variables of all pods of the cluster; a group's own win. */
  readonly clusterEnv: readonly EnvVar[];
  /** Whether the head also offers Serve and the dashboard agent. */
  readonly hasServePorts: boolean;
}

type Group = HeadGroupSpec | WorkerGroupSpec;

/** The pod template of a head as KubeRay's API server makes it. */
export function headPodTemplate(group: HeadGroupSpec, ingredients: PodIngredients): PodTemplateSpec {
  return podTemplate(group, ingredients, {
    name: RAY_CONTAINER.head,
    env: [MY_POD_IP],
    ports: [...HEAD_PORTS, ...(ingredients.hasServePorts ? SERVE_PORTS : [])],
  });
}

/** The pod template of a group's workers as KubeRay's API server makes it. */
export function workerPodTemplate(group: WorkerGroupSpec, ingredients: PodIngredients): PodTemplateSpec {
  return podTemplate(group, ingredients, {
    name: RAY_CONTAINER.worker,
    env: WORKER_ENV,
    ports: [{ containerPort: 80 }],
    lifecycle: { preStop: { exec: { command: ["/bin/sh", "-c", "ray stop"] } } },
  });
}

const MY_POD_IP: EnvVar = { name: "MY_POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } };

const HEAD_PORTS = [
  { name: "redis", containerPort: PORT.gcsServer },
  { name: "head", containerPort: PORT.client },
  { name: "dashboard", containerPort: PORT.dashboard },
  { name: "metrics", containerPort: PORT.metrics },
];

const SERVE_PORTS = [
  { name: "dashboard-agent", containerPort: PORT.dashboardAgent },
  { name: "serve", containerPort: PORT.serve },
];

const WORKER_ENV: readonly EnvVar[] = [
  { name: "RAY_DISABLE_DOCKER_CPU_WARNING", value: "1" },
  { name: "TYPE", value: "worker" },
  ownAmount("CPU_REQUEST", "requests.cpu"),
  ownAmount("CPU_LIMITS", "limits.cpu"),
  ownAmount("MEMORY_REQUESTS", "requests.memory"),
  ownAmount("MEMORY_LIMITS", "limits.memory"),
  { name: "MY_POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
  MY_POD_IP,
];

function ownAmount(name: string, resource: string): EnvVar {
  return { name, valueFrom: { resourceFieldRef: { containerName: RAY_CONTAINER.worker, resource } } };
}

function podTemplate(
  group: Group,
  { template, rayVersion, clusterEnv }: PodIngredients,
  part: Pick<Container, "name" | "env" | "ports" | "lifecycle">,
): PodTemplateSpec {
  const { nodeSelector } = template.extras;
  const tolerations = podTolerations(template);
  const container: Container = {
    ...part,
    image: group.image || `${IMAGE_REPOSITORY}:${rayVersion}`,
    imagePullPolicy: isAlways(group.imagePullPolicy) ? "Always" : "IfNotPresent",
    env: mergedEnvVars(part.env ?? [], clusterEnv, envVars(group.environment)),
    resources: templateResources(template),
    ...volumeMounts(group.volumes),
    ...securityContext(group.securityContext),
  };
  return {
    metadata: {
      annotations: {
        [API_ANNOTATION.computeTemplate]: group.computeTemplate,
        [API_ANNOTATION.computeImage]: group.image,
        ...group.annotations,
      },
      ...(Object.keys(group.labels).length > 0 && { labels: { ...group.labels } }),
    },
    spec: {
      ...(tolerations.length > 0 && { tolerations }),
      ...(nodeSelector && { nodeSelector }),
      ...account(group),
      containers: [container],
      ...podVolumes(group.volumes),
    },
  };
}

export function isAlways(imagePullPolicy: string): boolean {
  return imagePullPolicy.toLowerCase() === "always";
}

/** Names of a single character are passed over (KubeRay rule). */
function account({ serviceAccount, imagePullSecret }: Group) {
  return {
    ...(serviceAccount.length > 1 && { serviceAccountName: serviceAccount }),
    ...(imagePullSecret.length > 1 && { imagePullSecrets: [{ name: imagePullSecret }] }),
  };
}
