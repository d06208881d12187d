import type { Container, PodTemplateSpec } from "@heliostat/kube";
import type { HeadGroupSpec, RayCluster, RayClusterSpec, WorkerGroupSpec } from "@heliostat/ray";
import { API_ANNOTATION, RAY_CONTAINER } from "../vocabulary.ts";

/**
 * A cluster as an update leaves it: what the API has words for is as wanted, all else (fault tolerance, authentication,
 * containers beside Ray's, what others have labelled) stays.
 */
export function updatedCluster(before: RayCluster, wanted: RayCluster): RayCluster {
  const created = before.metadata.annotations?.[API_ANNOTATION.creationTimestamp];
  return {
    ...before,
    metadata: {
      ...before.metadata,
      labels: { ...before.metadata.labels, ...wanted.metadata.labels },
      annotations: {
        ...before.metadata.annotations,
        ...wanted.metadata.annotations,
        ...(created !== undefined && { [API_ANNOTATION.creationTimestamp]: created }),
      },
    },
    spec: updatedSpec(before.spec, wanted.spec),
  };
}

function updatedSpec(before: RayClusterSpec, wanted: RayClusterSpec): RayClusterSpec {
  const { headServiceAnnotations: _a, enableInTreeAutoscaling: _b, autoscalerOptions: _c, ...kept } = before;
  const groups = new Map((before.workerGroupSpecs ?? []).map((group) => [group.groupName, group]));
  return {
    ...kept,
    ...wanted,
    headGroupSpec: updatedHead(before.headGroupSpec, wanted.headGroupSpec),
    workerGroupSpecs: (wanted.workerGroupSpecs ?? []).map((group) =>
      updatedGroup(groups.get(group.groupName), group),
    ),
  };
}

function updatedHead(before: HeadGroupSpec, wanted: HeadGroupSpec): HeadGroupSpec {
  const { serviceType: _type, enableIngress: _ingress, ...kept } = before;
  return { ...kept, ...wanted, template: updatedTemplate(before.template, wanted.template) };
}

function updatedGroup(before: WorkerGroupSpec | undefined, wanted: WorkerGroupSpec): WorkerGroupSpec {
  if (!before) return wanted;
  return { ...before, ...wanted, template: updatedTemplate(before.template, wanted.template) };
}

function updatedTemplate(before: PodTemplateSpec, wanted: PodTemplateSpec): PodTemplateSpec {
  if (!before.spec || !wanted.spec) return wanted;
  const {
    tolerations: _t,
    nodeSelector: _n,
    serviceAccountName: _a,
    imagePullSecrets: _s,
    ...kept
  } = before.spec;
  const { volumes: _v, ...spec } = kept;
  const [ray] = wanted.spec.containers;
  const containers = before.spec.containers.map((each) =>
    isRay(each) && ray ? updatedRay(each, ray) : each,
  );
  const isThere = before.spec.containers.some(isRay);
  return {
    ...wanted,
    spec: { ...spec, ...wanted.spec, containers: isThere ? containers : wanted.spec.containers },
  };
}

function updatedRay(before: Container, wanted: Container): Container {
  const { volumeMounts: _mounts, securityContext: _security, ...kept } = before;
  return { ...kept, ...wanted };
}

function isRay({ name }: Container): boolean {
  return name === RAY_CONTAINER.head || name === RAY_CONTAINER.worker;
}

/** A cluster in which one group is another. */
export function withGroup(
  cluster: RayCluster,
  groupName: string,
  change: (group: WorkerGroupSpec) => WorkerGroupSpec,
): RayCluster {
  const workerGroupSpecs = (cluster.spec.workerGroupSpecs ?? []).map((group) =>
    group.groupName === groupName ? change(group) : group,
  );
  return { ...cluster, spec: { ...cluster.spec, workerGroupSpecs } };
}
