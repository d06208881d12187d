import {
  type Clock,
  groupResource,
  type KubeObject,
  type KubeReader,
  type Logger,
  matchesLabels,
  parseLabelSelector,
  type Random,
  type Resource,
} from "@heliostat/kube";
import { type CacheReader, type RunningInformer, startInformer } from "@heliostat/watch-cache";
import type { Caches } from "../reconciler.ts";
import { PendingWrites } from "./pending-writes.ts";

export interface CacheSetOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** @default all namespaces */
  readonly namespace?: string;
  /** What of which resource is held. @default whole objects */
  readonly projections?: readonly Projection[];
}

/** What is held of the objects of a resource, when whole ones would cost too much memory. */
export interface Projection {
  readonly resource: Resource;
  /** What is left of an object: see `projection` of `watch-cache`. */
  readonly transform: (object: KubeObject) => KubeObject;
}

/** What of a resource is held: all of it, or the objects that a label selector finds. */
export interface Scope<T extends KubeObject = KubeObject> {
  readonly resource: Resource<T>;
  readonly labelSelector?: string;
}

/** One informer a scope, whoever asks for it, with our own writes laid over each. */
export class CacheSet implements Caches {
  readonly #reader: KubeReader;
  readonly #options: CacheSetOptions;
  readonly #followed = new Map<string, Followed>();

  constructor(reader: KubeReader, options: CacheSetOptions) {
    this.#reader = reader;
    this.#options = options;
  }

  of<T extends KubeObject>(resource: Resource<T>, labelSelector?: string): CacheReader<T> {
    const scope = labelSelector === undefined ? { resource } : { resource, labelSelector };
    const followed = this.#followed.get(idOf(scope));
    if (!followed) throw new Error(`Cannot read ${idOf(scope)}: no reconciler watches it`);
    // A resource and its type belong together: the map is filled by `follow` alone.
    return followed.pending as PendingWrites<KubeObject> as PendingWrites<T>;
  }

  /** Where writes of `object` are to be remembered: in every cache that will come to hold it. */
  pendingOf<T extends KubeObject>(resource: Resource<T>, object?: T): readonly PendingWrites<T>[] {
    const name = groupResource(resource);
    return [...this.#followed.values()]
      .filter((followed) => followed.name === name && (!object || followed.holds(object)))
      .map(({ pending }) => pending as PendingWrites<KubeObject> as PendingWrites<T>);
  }

  /** The informer of a scope, which is started if there is none yet. */
  follow<T extends KubeObject>(scope: Scope<T>): RunningInformer<T> {
    const { resource, labelSelector } = scope;
    const existing = this.#followed.get(idOf(scope));
    if (existing) {
      existing.followers += 1;
      return existing.informer as RunningInformer<KubeObject> as RunningInformer<T>;
    }
    const { clock, random, logger, signal, namespace, projections = [] } = this.#options;
    const kept = projections.find((each) => groupResource(each.resource) === groupResource(resource));
    const abort = new AbortController();
    const informer = startInformer(this.#reader, resource, {
      clock,
      random,
      logger,
      signal: AbortSignal.any([signal, abort.signal]),
      ...(namespace !== undefined && resource.isNamespaced && { namespace }),
      ...(labelSelector !== undefined && { labelSelector }),
      ...(kept && { transform: (object: T) => kept.transform(object) as T }),
    });
    const pending = new PendingWrites(informer, clock);
    const requirements = parseLabelSelector(labelSelector ?? "");
    this.#followed.set(idOf(scope), {
      name: groupResource(resource),
      holds: ({ metadata }) => matchesLabels(requirements, metadata.labels),
      informer,
      pending,
      abort,
      followers: 1,
    });
    return informer;
  }

  /** The reverse of {@link follow}: the informer ends with its last follower. */
  unfollow(scope: Scope): void {
    const followed = this.#followed.get(idOf(scope));
    if (!followed) return;
    followed.followers -= 1;
    if (followed.followers > 0) return;
    this.#followed.delete(idOf(scope));
    followed.abort.abort();
  }

  /** Fulfilled once every informer has ended. */
  async stopped(): Promise<void> {
    await Promise.all([...this.#followed.values()].map(({ informer }) => informer.stopped));
  }
}

interface Followed {
  readonly name: string;
  holds(object: KubeObject): boolean;
  readonly informer: RunningInformer;
  readonly pending: PendingWrites<KubeObject>;
  readonly abort: AbortController;
  followers: number;
}

/** The version is left out: one resource read at two versions is still one resource. */
function idOf({ resource, labelSelector }: Scope): string {
  const name = NAMES.get(resource) ?? groupResource(resource);
  NAMES.set(resource, name);
  return labelSelector === undefined ? name : `${name} with ${labelSelector}`;
}

/** Every look at a cache asks for its name. */
const NAMES = new WeakMap<Resource, string>();
