import { driversNamed, fullName, KIND_DRIVERS, type KindDriver, type Role } from "@heliostat/engines";
import { isDns1123Subdomain, type KubeObject } from "@heliostat/kube";
import { ScalerError } from "../answers/answer.ts";
import { type CacheOptions, KindCache } from "./kind-cache.ts";
import { PodCache, type PodFacts } from "./pod-cache.ts";

/** A cluster that is there. */
export interface Cluster {
  readonly cache: KindCache;
  readonly driver: KindDriver;
  readonly object: KubeObject;
}

/** The kinds that the old routes know, in the order in which their message names them. */
const OLD_KINDS = ["daskclusters", "rayclusters", "sparkclusters"];
/** The list is written as Python writes one: clients know the text. */
const INVALID_KIND = `kind must be one of [${OLD_KINDS.map((kind) => `'${kind}'`).join(", ")}]`;

/** Every cluster of the namespace, and its pods, without asking the API. */
export class Directory {
  readonly namespace: string;
  readonly pods: PodCache;
  readonly kinds: readonly KindCache[];
  readonly #byName = new Map<string, readonly KindCache[]>();

  constructor(options: CacheOptions) {
    this.namespace = options.namespace;
    this.pods = new PodCache(options);
    this.kinds = KIND_DRIVERS.map((driver) => new KindCache(driver, options));
  }

  /** Fulfilled once everything that the API serves is in; never rejected. */
  get isFilled(): Promise<void> {
    return Promise.all([this.pods.hasSynced, ...this.kinds.map((kind) => kind.known())]).then(
      () => undefined,
    );
  }

  /** Kinds of which nobody knows yet whether they are served. */
  get unknownKinds(): readonly string[] {
    return this.kinds.filter(({ state }) => state === "unknown").map(({ driver }) => fullName(driver));
  }

  /**
   * The kind that a path means. Where a plural is that of several, it is the first one that the API serves; a name with
   * its group means that one only.
   *
   * @throws ScalerError `invalid_kind`, `not_ready`
   */
  kind(name: string): KindCache {
    const meant = this.#meant(name);
    const [first] = meant;
    if (!first) throw new ScalerError("invalid_kind", INVALID_KIND, { status: 400 });
    for (const kind of meant) {
      if (kind.state === "served") return kind;
      if (kind.state === "unknown") throw notReady();
    }
    return first;
  }

  /** The kinds that a name may mean. Names come from outside, so those that mean nothing are not kept. */
  #meant(name: string): readonly KindCache[] {
    const known = this.#byName.get(name);
    if (known) return known;
    const drivers = driversNamed(name);
    const meant = drivers.flatMap((driver) => this.kinds.find((kind) => kind.driver === driver) ?? []);
    if (meant.length > 0) this.#byName.set(name, meant);
    return meant;
  }

  /** Whether the bare plural means this kind now. */
  isDefault(driver: KindDriver): boolean {
    const alike = this.kinds.filter((kind) => kind.driver.resource.plural === driver.resource.plural);
    const first = alike.find(({ state }) => state === "served") ?? alike[0];
    return first?.driver === driver;
  }

  /** `undefined` also for what can be no name at all. */
  cluster(kind: string, name: string): Cluster | undefined {
    const cache = this.kind(kind);
    const object = isDns1123Subdomain(name) ? cache.get(name) : undefined;
    return object && { cache, driver: cache.driver, object };
  }

  /** The cluster of this kind whose head a pod is, by the labels of both. */
  clusterOfHead(driver: KindDriver, podName: string): Cluster | undefined {
    const pod = this.pods.named(podName);
    const cache = this.kinds.find((kind) => kind.driver === driver);
    if (!pod || !cache) return undefined;
    for (const name of Object.values(pod.labels)) {
      const object = isDns1123Subdomain(name) ? cache.get(name) : undefined;
      const cluster = object && { cache, driver, object };
      if (cluster && this.podsOf(cluster, "head").some(({ uid }) => uid === pod.uid)) return cluster;
    }
    return undefined;
  }

  /** The pods of a role, the oldest first; those that say they belong to another cluster of that name are left out. */
  podsOf({ driver, object }: Cluster, role: Role, group?: string): readonly PodFacts[] {
    const labels = driver.podLabels(object, role, group);
    if (!labels) return [];
    return this.pods.withLabels(labels);
  }

  /** The head's pod: the newest of those that are not on their way out, else the newest. */
  head(cluster: Cluster): PodFacts | undefined {
    const pods = this.podsOf(cluster, "head");
    return pods.findLast((pod) => !pod.isTerminating) ?? pods.at(-1);
  }
}

function notReady(): ScalerError {
  return new ScalerError("not_ready", "Cannot answer yet: the service is still reading what there is", {
    status: 503,
  });
}
