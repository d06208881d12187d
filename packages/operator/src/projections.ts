import type { Projection } from "@heliostat/controller";
import {
  groupVersion,
  INGRESSES,
  JOBS,
  type KubeObject,
  NETWORK_POLICIES,
  PERSISTENT_VOLUME_CLAIMS,
  PODS,
  type Pod,
  RESOURCE_QUOTAS,
  ROLE_BINDINGS,
  ROLES,
  SECRETS,
  SERVICE_ACCOUNTS,
  SERVICES,
} from "@heliostat/kube";
import { ANNOTATION, OPENSHIFT_ROUTES, RAY_CLUSTERS } from "@heliostat/ray";
import { type FieldPath, projection } from "@heliostat/watch-cache";

/** Whose an object is, and whether it is to stay: all that there is to know of what is not a cluster's. */
const OWNERSHIP: readonly string[] = ["creationTimestamp", "deletionTimestamp", "ownerReferences"].map(
  (field) => `metadata.${field}`,
);

/** All that reconcilers look at in a pod. A pod of Ray is 6 kB as text, for the most part its environment. */
const POD_FIELDS: readonly FieldPath[] = [
  ...OWNERSHIP,
  "metadata.labels",
  // Networks and meshes note down more on a pod than all the rest is.
  ...Object.values(ANNOTATION).map((name) => ["metadata", "annotations", name]),
  "spec.restartPolicy",
  // Whether a head runs the autoscaler, and who still reads a secret that is to go.
  "spec.containers.name",
  "spec.containers.env.valueFrom.secretKeyRef.name",
  ...["phase", "reason", "podIP"].map((field) => `status.${field}`),
  ...["type", "status", "reason", "message", "lastTransitionTime"].map(
    (field) => `status.conditions.${field}`,
  ),
  ...["containerStatuses", "initContainerStatuses"].flatMap((list) =>
    ["name", "image", "restartCount", "state.waiting", "state.terminated", "lastState"].map(
      (field) => `status.${list}.${field}`,
    ),
  ),
];

/** What is compared with what a cluster wants, field by field; of the users' own only the names count. */
const COMPARED_KINDS = [
  SERVICE_ACCOUNTS,
  ROLES,
  ROLE_BINDINGS,
  NETWORK_POLICIES,
  INGRESSES,
  OPENSHIFT_ROUTES,
] as const;

const ownership = projection<KubeObject>(OWNERSHIP);
/** One that has the name of a head's service stands for it in the status. */
const addresses = projection<KubeObject>([...OWNERSHIP, "spec.clusterIP", "spec.ports"]);
const podFields = projection<Pod>(POD_FIELDS);

/** What an operator that runs alone keeps in memory of what it watches. */
export const OPERATOR_PROJECTIONS: readonly Projection[] = [
  { resource: RAY_CLUSTERS, transform: withoutLastApplied },
  { resource: PODS, transform: ofClusters((pod) => withoutOldTimes(podFields(pod as Pod))) },
  { resource: SERVICES, transform: ofClusters(withoutStatus, addresses) },
  ...COMPARED_KINDS.map((resource) => ({ resource, transform: ofClusters(withoutStatus) })),
  { resource: PERSISTENT_VOLUME_CLAIMS, transform: ownership },
  // Nobody here has to know a token.
  { resource: SECRETS, transform: projection<KubeObject>([...OWNERSHIP, "metadata.labels"]) },
  {
    resource: JOBS,
    transform: projection<KubeObject>([...OWNERSHIP, "metadata.labels", "status.conditions"]),
  },
  { resource: RESOURCE_QUOTAS, transform: projection<KubeObject>([]) },
];

/** Of what belongs to no RayCluster, the users' own pods and services, little is kept. */
function ofClusters(
  transform: Projection["transform"],
  foreign: Projection["transform"] = ownership,
): Projection["transform"] {
  return (object) => (isOfACluster(object) ? transform(object) : foreign(object));
}

function isOfACluster({ metadata }: KubeObject): boolean {
  return (metadata.ownerReferences ?? []).some(
    ({ kind, apiVersion }) =>
      kind === RAY_CLUSTERS.kind && groupVersion(apiVersion).group === RAY_CLUSTERS.group,
  );
}

/** Since when a condition has been true is of no interest, and different in nearly every pod. */
function withoutOldTimes(pod: Pod): KubeObject {
  if (!pod.status?.conditions) return pod;
  const conditions = pod.status.conditions.map(({ lastTransitionTime: since, ...condition }) =>
    condition.status === "True" || since === undefined
      ? condition
      : { ...condition, lastTransitionTime: since },
  );
  return { ...pod, status: { ...pod.status, conditions } } as Pod;
}

/** How these stand is for others to say. */
function withoutStatus(object: KubeObject): KubeObject {
  return withoutLastApplied(without(object, "status"));
}

/** What kubectl notes down for itself is the whole object once more, as text. */
function withoutLastApplied<T extends KubeObject>(object: T): T {
  const { annotations } = object.metadata;
  if (annotations?.[ANNOTATION.lastApplied] === undefined) return object;
  const metadata = { ...object.metadata, annotations: without(annotations, ANNOTATION.lastApplied) };
  return { ...object, metadata };
}

/** What is left over by `...` would be a dictionary to V8, and twice as large. */
function without<T extends object>(object: T, field: string): T {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== field)) as T;
}
