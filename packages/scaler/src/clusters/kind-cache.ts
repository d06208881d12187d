import { fullName, type KindDriver, type RelatedObjects } from "@heliostat/engines";
import {
  type Clock,
  isKubeError,
  type KubeClient,
  type KubeObject,
  keyOf,
  type Logger,
  nameOf,
  type Random,
  sleep,
} from "@heliostat/kube";
import { BY_NAMESPACE, type RunningInformer, startInformer } from "@heliostat/watch-cache";
import { ANNOTATION, FIELD_MANAGER } from "../vocabulary.ts";
import { RecentWrites } from "./recent-writes.ts";

export interface CacheOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly namespace: string;
  readonly signal: AbortSignal;
}

/**
 * Whether the API serves a kind: nobody has heard yet, it does not, or it does and its objects are here. A kind whose
 * CRD comes later is served from then on.
 */
export type KindState = "unknown" | "absent" | "served";

/** How often it is asked again whether a kind is served, while nobody answers. */
const PROBE_MS = 1000;

/** The objects of one kind, and of the kinds that decide about it: what reads are answered from. */
export class KindCache {
  readonly driver: KindDriver;
  readonly #namespace: string;
  readonly #objects: RunningInformer;
  readonly #related: ReadonlyMap<string, RunningInformer>;
  readonly #recent = new RecentWrites();
  readonly #settled = signalled();
  #state: KindState = "unknown";

  constructor(driver: KindDriver, options: CacheOptions) {
    this.driver = driver;
    this.#namespace = options.namespace;
    this.#objects = informer(driver.resource, options);
    this.#related = new Map(
      driver.related.map(({ resource }) => [resource.plural, informer(resource, options)] as const),
    );
    void this.#followState(options);
  }

  get state(): KindState {
    return this.#state;
  }

  /** Fulfilled once it is known whether the kind is served; never rejected. */
  async known(): Promise<void> {
    while (this.#state === "unknown") await this.#settled.promise;
  }

  /** The object of this name: what has been written last, even before the watch has told of it. */
  get(name: string): KubeObject | undefined {
    const key = keyOf({ namespace: this.#namespace, name });
    return this.#recent.newest(key, this.#objects.get(key));
  }

  list(): readonly KubeObject[] {
    return this.#objects
      .byIndex(BY_NAMESPACE, this.#namespace)
      .map((object) => this.#recent.newest(keyOf(nameOf(object)), object) ?? object);
  }

  /** Objects that decide about this one. */
  relatedTo(object: KubeObject): RelatedObjects {
    return Object.fromEntries(
      this.driver.related.map(({ resource, isRelated }) => {
        const all = this.#related.get(resource.plural)?.list() ?? [];
        return [resource.plural, all.filter((each) => isRelated(each, object))];
      }),
    );
  }

  /** Take note of what an object has become by a write of ours. */
  wrote(before: KubeObject, after: KubeObject): void {
    const key = keyOf(nameOf(after));
    this.#recent.note(key, kept(after), [before, this.#objects.get(key)]);
  }

  /** Call `handler` for every object that is there, and after each change. */
  onChange(handler: Parameters<RunningInformer["onChange"]>[0]): () => void {
    return this.#objects.onChange(handler);
  }

  async #followState({ client, clock, namespace, signal, logger }: CacheOptions): Promise<void> {
    const kind = fullName(this.driver);
    void this.#objects.hasSynced.then(() => {
      this.#state = "served";
      this.#settled.resolve();
      logger.debug("Serves a kind", { kind });
    });
    while (!signal.aborted && this.#state === "unknown") {
      try {
        await client.list(this.driver.resource, { namespace, limit: 1, signal });
        return;
      } catch (error) {
        if (isKubeError(error, "NotFound") && this.#state === "unknown") {
          this.#state = "absent";
          this.#settled.resolve();
        } else await sleep(clock, PROBE_MS, signal);
      }
    }
  }
}

/** A cache of one kind within the namespace. */
function informer(
  resource: KindDriver["resource"],
  { client, clock, random, logger, namespace, signal }: CacheOptions,
): RunningInformer {
  return startInformer(client, resource, {
    clock,
    random,
    logger,
    namespace,
    signal,
    keepsManagedFields: true,
    transform: kept,
  });
}

/** Of managedFields, only what says whether the recorded owner is ours. */
function kept(object: KubeObject): KubeObject {
  const { managedFields, ...metadata } = object.metadata;
  if (!managedFields) return object;
  const ours = managedFields.filter(
    ({ manager, operation, fieldsV1 }) =>
      manager === FIELD_MANAGER && operation === "Apply" && ownsAnnotation(fieldsV1),
  );
  return { ...object, metadata: ours.length === 0 ? metadata : { ...metadata, managedFields: ours } };
}

function ownsAnnotation(fieldsV1: unknown): boolean {
  const fields = fieldsV1 as { readonly "f:metadata"?: { readonly "f:annotations"?: object } } | undefined;
  return Object.hasOwn(fields?.["f:metadata"]?.["f:annotations"] ?? {}, `f:${ANNOTATION.owner}`);
}

function signalled(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
