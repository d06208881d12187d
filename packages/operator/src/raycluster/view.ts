import type { Caches } from "@heliostat/controller";
import {
  isControlledBy,
  type KubeObject,
  keyOf,
  nameOf,
  PODS,
  type Pod,
  type Random,
  SERVICES,
  type Service,
} from "@heliostat/kube";
import {
  HEAD_GROUP,
  RAY_CLUSTERS,
  type RayCluster,
  type RaySettings,
  type SecureDefaultsOptions,
  withSecureDefaults,
} from "@heliostat/ray";
import { BY_OWNER_UID } from "@heliostat/watch-cache";
import { type OwnedKind, ownedKinds, type Surroundings, wantedNames } from "./owned-kinds.ts";
import { type DeletionMemory, deletionAgeMs } from "./view/cleanup-deadline.ts";

/** Everything that a decision about one RayCluster rests on, read at one moment. */
export interface RayClusterView extends Surroundings {
  readonly cluster: RayCluster;
  /** The pods that the cluster controls, whatever their state and their labels. */
  readonly pods: readonly Pod[];
  /** The services that the cluster controls, and those that have the name of one it wants. */
  readonly services: readonly Service[];
  /** The same of every other kind that a cluster may own: accounts, roles, Ingresses, policies, secrets, claims, jobs. */
  readonly others: readonly KubeObject[];
  /** The numbers that are spent in pod names, by group: the status's own, or what has been seen since it was written. */
  readonly nameFloors: Readonly<Record<string, number>>;
  /** Objects that the API keeps in words of its own though they are as we want them: see `settledKey`. */
  readonly settled: ReadonlySet<string>;
  /** Workers that Ray knows to be idle, and for how many seconds; empty when nobody was asked. */
  readonly idleSeconds: ReadonlyMap<string, number>;
  /** For how long the cluster has been meant to go; 0 while it is not. */
  readonly deletingForMs: number;
  /** A token, for the cluster's secret if that is to be made. */
  readonly newToken: string;
  /** How the operator is set up. */
  readonly settings: RaySettings;
  readonly nowMs: number;
}

/** Where a view is read. */
export interface ViewSources extends Surroundings {
  readonly caches: Caches;
  readonly nowMs: number;
  readonly random: Random;
  /** @default KubeRay's defaults */
  readonly settings?: RaySettings;
  /** Clusters are secured where their spec says nothing. @default they are not */
  readonly secureDefaults?: SecureDefaultsOptions;
  /** @default those of the status */
  readonly nameFloors?: Readonly<Record<string, number>>;
  /** @default none */
  readonly settled?: ReadonlySet<string>;
  /** What is known of the time beyond what the clock says. @default nothing */
  readonly deletion?: DeletionMemory;
}

/** The view of the cluster under `key`; `undefined` once it is gone. */
export function viewRayCluster(key: string, sources: ViewSources): RayClusterView | undefined {
  const { caches, nameFloors = {}, settled = new Set() } = sources;
  const written = caches.of(RAY_CLUSTERS).get(key);
  if (!written) return undefined;
  const empty = newRayClusterView(written, sources);
  const { cluster } = empty;
  const pods = caches.of(PODS).byIndex(BY_OWNER_UID, cluster.metadata.uid ?? "");
  const owned = ownedKinds(sources).flatMap((kind) => objectsOf(kind, cluster, caches));
  return {
    ...empty,
    // A pod that merely borrows the label is none of ours: we neither count nor remove it.
    pods: pods.filter((pod) => isControlledBy(pod, cluster)),
    services: owned.filter((object): object is Service => object.kind === SERVICES.kind),
    others: owned.filter(({ kind }) => kind !== SERVICES.kind),
    nameFloors: greatest(cluster.status?.podNameFloors ?? {}, nameFloors),
    settled,
  };
}

/** The view of a cluster of which nothing exists yet but itself: to plan what applying a manifest would make. */
export function newRayClusterView(
  written: RayCluster,
  {
    nowMs,
    random,
    settings = {},
    scheduler,
    usesRoutes,
    secureDefaults,
    deletion = {},
  }: Omit<ViewSources, "caches">,
): RayClusterView {
  const cluster = secureDefaults ? withSecureDefaults(written, secureDefaults) : written;
  return {
    cluster,
    pods: [],
    services: [],
    others: [],
    nameFloors: cluster.status?.podNameFloors ?? {},
    settled: new Set(),
    idleSeconds: new Map(),
    deletingForMs: deletionAgeMs(cluster, deletion, nowMs),
    newToken: token(random),
    settings,
    ...(scheduler && { scheduler }),
    ...(usesRoutes && { usesRoutes }),
    nowMs,
  };
}

/** The names of the cluster's groups, the head's first. */
export function groupNames({ spec }: RayCluster): readonly string[] {
  return [HEAD_GROUP, ...(spec.workerGroupSpecs ?? []).map(({ groupName }) => groupName)];
}

/** The objects of a kind in the view. */
export function presentOf(
  { services, others }: RayClusterView,
  { resource }: OwnedKind,
): readonly KubeObject[] {
  return [...services, ...others].filter(({ kind }) => kind === resource.kind);
}

function objectsOf(kind: OwnedKind, cluster: RayCluster, caches: Caches): readonly KubeObject[] {
  const cache = caches.of(kind.resource, kind.labelSelector);
  const controlled = cache
    .byIndex(BY_OWNER_UID, cluster.metadata.uid ?? "")
    .filter((object) => isControlledBy(object, cluster));
  const seen = new Set(controlled.map((object) => keyOf(nameOf(object))));
  const { namespace = "" } = cluster.metadata;
  const named = wantedNames(kind, cluster)
    .map((name) => keyOf({ namespace, name }))
    .filter((key) => !seen.has(key))
    .flatMap((key) => cache.get(key) ?? []);
  return [...controlled, ...named];
}

function greatest(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const groups = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(groups.map((group) => [group, Math.max(one[group] ?? 0, other[group] ?? 0)]));
}

/** 32 bytes in base64, of which chance decides all but a few bits (KubeRay: 32 random bytes). */
function token(random: Random): string {
  const digits = `${random.uuid()}${random.uuid()}`.replaceAll("-", "");
  const bytes = (digits.match(/../g) ?? []).map((pair) => String.fromCharCode(Number.parseInt(pair, 16)));
  return btoa(bytes.join(""));
}
