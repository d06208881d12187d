import type { Container } from "@heliostat/kube";
import type { WorkerGroupPatch, WorkerGroupScale } from "@heliostat/proto";
import type { WorkerGroupSpec } from "@heliostat/ray";
import { ApiError } from "../../errors/api-error.ts";
import { podTolerations, type Template, templateResources } from "../templates/template.ts";
import { API_ANNOTATION } from "../vocabulary.ts";

interface Bounded {
  readonly replicas: number;
  readonly minReplicas: number;
  readonly maxReplicas?: number;
}

type Sizes = Pick<WorkerGroupScale, "replicas" | "minReplicas" | "maxReplicas">;

/**
 * A group of another size. What is absent stays.
 *
 * @throws ApiError `InvalidArgument` when the number of replicas would lie outside of its bounds
 */
export function scaledGroup(group: WorkerGroupSpec, sizes: Sizes): WorkerGroupSpec {
  const { replicas = group.replicas ?? 0, minReplicas = group.minReplicas ?? 0 } = sizes;
  const maxReplicas = sizes.maxReplicas ?? group.maxReplicas;
  checkSizes(group.groupName, { replicas, minReplicas, ...(maxReplicas !== undefined && { maxReplicas }) });
  return { ...group, replicas, minReplicas, ...(maxReplicas !== undefined && { maxReplicas }) };
}

/**
 * A group after a patch: what is absent stays, maps are added to.
 *
 * @param template the compute template that the patch names, if it names one
 * @throws ApiError `InvalidArgument` when the number of replicas would lie outside of its bounds
 */
export function patchedGroup(
  group: WorkerGroupSpec,
  patch: WorkerGroupPatch,
  template: Template | undefined,
): WorkerGroupSpec {
  const { rayStartParams, suspend } = patch;
  return {
    ...scaledGroup(group, patch),
    rayStartParams: { ...group.rayStartParams, ...rayStartParams },
    ...(suspend !== undefined && { suspend }),
    template: patchedTemplate(group.template, patch, template),
  };
}

function checkSizes(group: string, sizes: Bounded): void {
  const { replicas, minReplicas, maxReplicas = Number.POSITIVE_INFINITY } = sizes;
  const faults: readonly (readonly [boolean, string])[] = [
    [minReplicas < 0, `minReplicas must be 0 or more, but is ${minReplicas}`],
    [
      minReplicas > maxReplicas,
      `minReplicas ${minReplicas} is above maxReplicas ${maxReplicas}; change both`,
    ],
    [replicas < minReplicas, `replicas ${replicas} is below minReplicas ${minReplicas}; lower that too`],
    [replicas > maxReplicas, `replicas ${replicas} is above maxReplicas ${maxReplicas}; raise that too`],
  ];
  const fault = faults.find(([isWrong]) => isWrong)?.[1];
  if (fault !== undefined) throw new ApiError("InvalidArgument", `Cannot scale group ${group}: ${fault}`);
}

function patchedTemplate(
  before: WorkerGroupSpec["template"],
  patch: WorkerGroupPatch,
  template: Template | undefined,
): WorkerGroupSpec["template"] {
  const { image, computeTemplate, labels, annotations } = patch;
  const { metadata, spec } = before;
  const { nodeSelector: oldSelector, tolerations: oldTolerations, ...kept } = spec ?? { containers: [] };
  const placement = template
    ? placementOf(template)
    : {
        ...(oldSelector && { nodeSelector: oldSelector }),
        ...(oldTolerations && { tolerations: oldTolerations }),
      };
  const [ray, ...others] = kept.containers;
  return {
    metadata: {
      ...metadata,
      ...(Object.keys({ ...metadata?.labels, ...labels }).length > 0 && {
        labels: { ...metadata?.labels, ...labels },
      }),
      annotations: {
        ...metadata?.annotations,
        ...annotations,
        ...(computeTemplate !== undefined && { [API_ANNOTATION.computeTemplate]: computeTemplate }),
        ...(image !== undefined && { [API_ANNOTATION.computeImage]: image }),
      },
    },
    spec: {
      ...kept,
      ...placement,
      containers: ray ? [patchedContainer(ray, image, template), ...others] : [],
    },
  };
}

function placementOf(template: Template) {
  const tolerations = podTolerations(template);
  const { nodeSelector } = template.extras;
  return { ...(tolerations.length > 0 && { tolerations }), ...(nodeSelector && { nodeSelector }) };
}

function patchedContainer(
  ray: Container,
  image: string | undefined,
  template: Template | undefined,
): Container {
  return {
    ...ray,
    ...(image !== undefined && image !== "" && { image }),
    ...(template && { resources: templateResources(template) }),
  };
}
