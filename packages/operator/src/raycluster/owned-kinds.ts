import {
  INGRESSES,
  JOBS,
  type KubeObject,
  NETWORK_POLICIES,
  PERSISTENT_VOLUME_CLAIMS,
  type Pod,
  type Resource,
  ROLE_BINDINGS,
  ROLES,
  SECRETS,
  SERVICE_ACCOUNTS,
  SERVICES,
} from "@heliostat/kube";
import {
  authSecretName,
  autoscalerRole,
  autoscalerRoleBinding,
  autoscalerServiceAccount,
  type BatchScheduler,
  CONTAINER,
  EVENT_REASON,
  gcsClaim,
  headIngress,
  headlessWorkerService,
  headRoute,
  headService,
  isAutoscaling,
  LABEL,
  needsAuthSecret,
  needsAutoscalerAccount,
  needsGcsClaim,
  needsHeadlessWorkerService,
  networkPolicies,
  OPENSHIFT_ROUTES,
  type RayCluster,
  type RaySettings,
  redisCleanupJobName,
  serveService,
  wantsIngress,
  wantsServeService,
} from "@heliostat/ray";
import { isAlive, isHead } from "./pod-state.ts";

/** What there is to know of a kind of object, beyond pods, that a cluster may own. */
export interface OwnedKind {
  readonly resource: Resource;
  /** The part of the resource that is read; all of it where an object of somebody else's may stand in our way. */
  readonly labelSelector?: string;
  /** The objects that the cluster wants, to be made and kept so. */
  wanted(cluster: RayCluster, settings: RaySettings): readonly KubeObject[];
  /** Names that are looked up besides. */
  readonly otherNames?: (cluster: RayCluster) => readonly string[];
  /** Whether pods wait until it is there. */
  readonly isNeededByPods: boolean;
  /** Whether a living pod keeps one in use that the spec no longer wants. @default none does */
  readonly isUsedBy?: (pod: Pod) => boolean;
  /** There where no object of the kind can be changed: the finalizer that stands in the way of its replacement. */
  readonly replacedWithout?: string;
  readonly events: OwnedEvents;
}

/** Reasons of the events about a kind. Where there is none, nothing is said. */
interface OwnedEvents {
  readonly created?: string;
  readonly failedToCreate?: string;
  readonly updated?: string;
  readonly failedToUpdate?: string;
  readonly deleted?: string;
  readonly failedToDelete?: string;
  /** An object of that name is somebody else's. Without a reason it is taken to be meant for the cluster. */
  readonly collision?: string;
}

/** What carries our label for the cluster; the rest of these kinds is not for us to read. */
const OURS: string = LABEL.cluster;

/** Kinds that are kept as the spec wants them: made, repaired, and removed when nothing asks for them any more. */
const KEPT_KINDS: readonly OwnedKind[] = [
  {
    resource: SERVICE_ACCOUNTS,
    wanted: (cluster) => (needsAutoscalerAccount(cluster) ? [autoscalerServiceAccount(cluster)] : []),
    otherNames: ({ spec }) => namedAccount(spec),
    isNeededByPods: true,
    isUsedBy: hasAutoscaler,
    events: {
      created: EVENT_REASON.createdServiceAccount,
      failedToCreate: EVENT_REASON.failedToCreateServiceAccount,
    },
  },
  {
    resource: ROLES,
    wanted: (cluster) => (isAutoscaling(cluster.spec) ? [autoscalerRole(cluster)] : []),
    isNeededByPods: true,
    isUsedBy: hasAutoscaler,
    events: { created: EVENT_REASON.createdRole, failedToCreate: EVENT_REASON.failedToCreateRole },
  },
  {
    resource: ROLE_BINDINGS,
    wanted: (cluster) => (isAutoscaling(cluster.spec) ? [autoscalerRoleBinding(cluster)] : []),
    isNeededByPods: true,
    isUsedBy: hasAutoscaler,
    events: {
      created: EVENT_REASON.createdRoleBinding,
      failedToCreate: EVENT_REASON.failedToCreateRoleBinding,
    },
  },
  {
    resource: NETWORK_POLICIES,
    wanted: (cluster) => networkPolicies(cluster),
    isNeededByPods: true,
    events: {
      created: EVENT_REASON.createdNetworkPolicy,
      failedToCreate: EVENT_REASON.failedToCreateNetworkPolicy,
      updated: EVENT_REASON.updatedNetworkPolicy,
      failedToUpdate: EVENT_REASON.failedToUpdateNetworkPolicy,
      deleted: EVENT_REASON.deletedNetworkPolicy,
      failedToDelete: EVENT_REASON.failedToDeleteNetworkPolicy,
      collision: EVENT_REASON.networkPolicyCollision,
    },
  },
  {
    resource: SERVICES,
    wanted: services,
    isNeededByPods: false,
    events: {
      created: EVENT_REASON.createdService,
      failedToCreate: EVENT_REASON.failedToCreateService,
      updated: EVENT_REASON.updatedService,
      failedToUpdate: EVENT_REASON.failedToUpdateService,
      deleted: EVENT_REASON.deletedService,
      failedToDelete: EVENT_REASON.failedToDeleteService,
      collision: EVENT_REASON.failedToCreateService,
    },
  },
];

const INGRESS_KIND: OwnedKind = {
  resource: INGRESSES,
  wanted: (cluster) => (wantsIngress(cluster) ? [headIngress(cluster)] : []),
  isNeededByPods: false,
  events: {
    created: EVENT_REASON.createdIngress,
    failedToCreate: EVENT_REASON.failedToCreateIngress,
    updated: EVENT_REASON.updatedIngress,
    failedToUpdate: EVENT_REASON.failedToUpdateIngress,
    collision: EVENT_REASON.failedToCreateIngress,
  },
};

/** In the place of an Ingress on OpenShift. */
const ROUTE_KIND: OwnedKind = {
  resource: OPENSHIFT_ROUTES,
  wanted: (cluster) => (wantsIngress(cluster) ? [headRoute(cluster)] : []),
  isNeededByPods: false,
  events: {
    created: EVENT_REASON.createdRoute,
    failedToCreate: EVENT_REASON.failedToCreateRoute,
    collision: EVENT_REASON.failedToCreateRoute,
  },
};

/** The claim of the control store: it holds data, so it is made and never taken away. */
const CLAIM_KIND: OwnedKind = {
  resource: PERSISTENT_VOLUME_CLAIMS,
  wanted: (cluster) => (needsGcsClaim(cluster) ? [gcsClaim(cluster)] : []),
  otherNames: ({ spec }) => namedClaim(spec),
  isNeededByPods: true,
  events: {},
};

/** The secret of the token: running pods know its first content, so it is never written again. */
const SECRET_KIND: OwnedKind = {
  resource: SECRETS,
  labelSelector: OURS,
  wanted: () => [],
  otherNames: (cluster) => (needsAuthSecret(cluster) ? [authSecretName(cluster)] : []),
  isNeededByPods: true,
  events: {},
};

/** The job that empties Redis while the cluster is deleted. */
const JOB_KIND: OwnedKind = {
  resource: JOBS,
  labelSelector: OURS,
  wanted: () => [],
  otherNames: (cluster) => [redisCleanupJobName(cluster)],
  isNeededByPods: false,
  events: {},
};

/** What of an operator's setup decides which kinds there are. */
export interface Surroundings {
  /** Who finds nodes for all pods of a cluster at once. @default Kubernetes' own scheduler, pod by pod */
  readonly scheduler?: BatchScheduler;
  /** Whether dashboards are published by OpenShift's Routes. @default by Ingresses */
  readonly usesRoutes?: boolean;
}

/** All kinds beyond pods that a view holds. */
export function ownedKinds(surroundings: Surroundings): readonly OwnedKind[] {
  return [...keptKinds(surroundings), CLAIM_KIND, SECRET_KIND, JOB_KIND];
}

/** The kinds that are kept as the spec wants them, those of a batch scheduler among them. */
export function keptKinds({ scheduler, usesRoutes = false }: Surroundings): readonly OwnedKind[] {
  return [
    ...(scheduler ? schedulerKinds(scheduler) : []),
    ...KEPT_KINDS,
    usesRoutes ? ROUTE_KIND : INGRESS_KIND,
  ];
}

/** A gang has to be known to its scheduler before its pods are. */
function schedulerKinds(scheduler: BatchScheduler): readonly OwnedKind[] {
  const { replacedWithout } = scheduler;
  return scheduler.resources.map((resource) => ({
    resource,
    wanted: (cluster) =>
      scheduler
        .objects(cluster)
        .filter((each) => each.resource.kind === resource.kind)
        .map(({ object }) => object),
    isNeededByPods: true,
    ...(replacedWithout !== undefined && { replacedWithout }),
    events: replacedWithout === undefined ? {} : { collision: EVENT_REASON.schedulingCollision },
  }));
}

/** The names under which objects of a kind are looked for, whoever controls them. */
export function wantedNames(kind: OwnedKind, cluster: RayCluster): readonly string[] {
  return [
    ...wantedOf(kind, cluster).map(({ metadata }) => metadata.name),
    ...(kind.otherNames?.(cluster) ?? []),
  ];
}

/** The service account that the head's template names and the autoscaler needs; the user makes it. */
export function namedAccount({ headGroupSpec, ...spec }: RayCluster["spec"]): readonly string[] {
  const { serviceAccountName } = headGroupSpec.template.spec ?? {};
  return isAutoscaling({ headGroupSpec, ...spec }) && serviceAccountName ? [serviceAccountName] : [];
}

/** The claim of the user's own that the control store's state is to lie on. */
export function namedClaim({ gcsFaultToleranceOptions }: RayCluster["spec"]): readonly string[] {
  const { claimName } = gcsFaultToleranceOptions?.storage ?? {};
  return claimName ? [claimName] : [];
}

/** A spec that is not valid wants nothing: some of it cannot even be made. */
function wantedOf(kind: OwnedKind, cluster: RayCluster): readonly KubeObject[] {
  try {
    return kind.wanted(cluster, {});
  } catch {
    return [];
  }
}

function services(cluster: RayCluster, settings: RaySettings): readonly KubeObject[] {
  return [
    headService(cluster, settings),
    ...(needsHeadlessWorkerService(cluster) ? [headlessWorkerService(cluster)] : []),
    ...(wantsServeService(cluster) ? [serveService(cluster)] : []),
  ];
}

/** A head keeps its autoscaler until it is replaced: to take its account away would only make it fail. */
function hasAutoscaler(pod: Pod): boolean {
  return (
    isHead(pod) &&
    isAlive(pod) &&
    (pod.spec?.containers ?? []).some(({ name }) => name === CONTAINER.autoscaler)
  );
}
