import type { Container, Json, PodSpec, PodTemplateSpec } from "@heliostat/kube";
import { API_ANNOTATION, RAY_CONTAINER } from "../vocabulary.ts";
import { coreResources, deviceResources, podTolerations, type Template } from "./template.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The compute templates that the groups of an object of `ray.io` name, each once. */
export function templateNames(object: Json): readonly string[] {
  const names = groupsOf(object).flatMap(({ computeTemplate }) => nameIn(computeTemplate) ?? []);
  return [...new Set(names)];
}

/**
 * An object of `ray.io` with the compute templates that its groups name filled in (KubeRay's API server V2): CPU and
 * memory of all containers, GPUs and further resources of Ray's, tolerations, and an annotation that says so. The names
 * themselves go, since the kinds have no such field.
 *
 * @param templateOf the template of a name; `undefined` leaves its group alone
 */
export function expandTemplates(object: Json, templateOf: (name: string) => Template | undefined): Json {
  const expand = (group: Fields): Fields => expandedGroup(group, templateOf);
  return mapGroups(object, expand) as Json;
}

/** Where a cluster's spec may lie in a spec: in jobs, in services, in jobs of cron jobs; or it is the spec itself. */
const CLUSTER_PATHS: readonly (readonly string[])[] = [
  ["rayClusterSpec"],
  ["rayClusterConfig"],
  ["jobTemplate", "rayClusterSpec"],
  [],
];

function groupsOf(object: Json): readonly Fields[] {
  const groups: Fields[] = [];
  mapGroups(object, (group) => {
    groups.push(group);
    return group;
  });
  return groups;
}

function mapGroups(object: Json, map: (group: Fields) => Fields): unknown {
  if (!isFields(object) || !isFields(object["spec"])) return object;
  const path = CLUSTER_PATHS.find((each) => isFields(valueAt(object["spec"], each))) ?? [];
  return { ...object, spec: changedAt(object["spec"], path, (spec) => mapClusterGroups(spec, map)) };
}

function mapClusterGroups(spec: Fields, map: (group: Fields) => Fields): Fields {
  const { headGroupSpec: head, workerGroupSpecs: workers } = spec;
  return {
    ...spec,
    ...(isFields(head) && { headGroupSpec: map(head) }),
    ...(Array.isArray(workers) && {
      workerGroupSpecs: workers.map((worker) => (isFields(worker) ? map(worker) : worker)),
    }),
  };
}

function expandedGroup(group: Fields, templateOf: (name: string) => Template | undefined): Fields {
  const { computeTemplate, ...rest } = group;
  const name = nameIn(computeTemplate);
  const template = name === undefined ? undefined : templateOf(name);
  if (name === undefined || !template) return group;
  const pod = (isFields(rest["template"]) ? rest["template"] : {}) as PodTemplateSpec;
  return { ...rest, template: expandedPod(pod, template, name) };
}

function expandedPod({ metadata, spec }: PodTemplateSpec, template: Template, name: string): PodTemplateSpec {
  const annotations = { ...metadata?.annotations, [API_ANNOTATION.computeTemplate]: name };
  return {
    metadata: { ...metadata, annotations },
    ...(spec && { spec: expandedSpec(spec, template) }),
  };
}

function expandedSpec(spec: PodSpec, template: Template): PodSpec {
  const { nodeSelector } = template.extras;
  const tolerations = [...(spec.tolerations ?? []), ...podTolerations(template)];
  const containers = spec.containers ?? [];
  const rayIndex = Math.max(
    0,
    containers.findIndex(({ name }) => name === RAY_CONTAINER.head || name === RAY_CONTAINER.worker),
  );
  return {
    ...spec,
    ...(nodeSelector && { nodeSelector: { ...nodeSelector, ...spec.nodeSelector } }),
    ...(tolerations.length > 0 && { tolerations }),
    containers: containers.map((container, index) =>
      expandedContainer(container, template, { isRay: index === rayIndex }),
    ),
  };
}

function expandedContainer(
  container: Container,
  template: Template,
  { isRay }: { readonly isRay: boolean },
): Container {
  const { resources } = container;
  const own = { ...coreResources(template), ...(isRay && deviceResources(template)) };
  return {
    ...container,
    resources: {
      ...resources,
      requests: { ...resources?.requests, ...own },
      limits: { ...resources?.limits, ...own, ...template.extras.limits },
    },
  };
}

function nameIn(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce((at: unknown, key) => (isFields(at) ? at[key] : undefined), value);
}

function changedAt(fields: Fields, path: readonly string[], change: (fields: Fields) => Fields): Fields {
  const [key, ...rest] = path;
  if (key === undefined) return change(fields);
  const inner = fields[key];
  return isFields(inner) ? { ...fields, [key]: changedAt(inner, rest, change) } : fields;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
