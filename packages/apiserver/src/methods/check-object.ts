import { isDns1035Label, isLabelValue } from "@heliostat/kube";
import {
  type RayCluster,
  type RayClusterSpec,
  SpecError,
  type SpecProblem,
  validateRayClusterMetadata,
  validateRayClusterSpec,
} from "@heliostat/ray";

/** The longest name of an object that makes clusters under names of its own (KubeRay rule). */
const MAX_OWNER_NAME_LENGTH = 47;

/**
 * Whether the operator will take a cluster that Kubernetes would store: what it objects to is told here, while somebody
 * listens.
 *
 * @throws SpecError with all problems
 */
export function checkCluster(cluster: RayCluster): void {
  refuse("cluster", cluster.metadata.name, [
    ...validateRayClusterMetadata(cluster),
    ...labelProblems(cluster.metadata.labels),
    ...specProblems(cluster),
  ]);
}

/** The same for a job or a service, with the cluster that it will have. @throws SpecError */
export function checkOwner(
  owner: Pick<RayCluster, "metadata"> & { readonly kind: string },
  cluster: RayClusterSpec | undefined,
): void {
  const { metadata, kind } = owner;
  const asCluster: RayCluster | undefined = cluster && {
    apiVersion: "ray.io/v1",
    kind: "RayCluster",
    metadata,
    spec: cluster,
  };
  refuse(kind === "RayJob" ? "job" : "service", metadata.name, [
    ...nameProblems(metadata.name),
    ...labelProblems(metadata.labels),
    ...(asCluster ? specProblems(asCluster) : []),
  ]);
}

const SERVICE_TYPES: readonly string[] = ["ClusterIP", "NodePort", "LoadBalancer"];

function specProblems(cluster: RayCluster): readonly SpecProblem[] {
  const { serviceType } = cluster.spec.headGroupSpec;
  const isKnown = serviceType === undefined || SERVICE_TYPES.includes(serviceType);
  const ofService = {
    field: "clusterSpec.headGroupSpec.serviceType",
    message: `must be ${SERVICE_TYPES.join(", ")}, but is "${serviceType}"`,
  };
  return [...(isKnown ? [] : [ofService]), ...validateRayClusterSpec(cluster)];
}

function nameProblems(name: string): readonly SpecProblem[] {
  if (isDns1035Label(name) && name.length <= MAX_OWNER_NAME_LENGTH) return [];
  const rule = `must be at most ${MAX_OWNER_NAME_LENGTH} lower-case letters, digits and "-", and begin with a letter`;
  return [{ field: "name", message: `${rule}, but is "${name}"` }];
}

/** User and version are kept in labels, which hold less than a string does. */
function labelProblems(labels: Readonly<Record<string, string>> = {}): readonly SpecProblem[] {
  return Object.entries(labels)
    .filter(([, value]) => !isLabelValue(value))
    .map(([key, value]) => ({
      field: key.replace("ray.io/", ""),
      message: `must have at most 63 letters, digits, "-", "_" and ".", since it becomes a label, but is "${value}"`,
    }));
}

function refuse(kind: string, name: string, problems: readonly SpecProblem[]): void {
  if (problems.length > 0) throw new SpecError(kind, name, problems);
}
