import { isKubeError, type KubeError, type KubeObject, type Timer } from "@heliostat/kube";
import type { Change } from "../store/history.ts";
import type { StoredRevision } from "../store/stored-revision.ts";
import { unstored } from "../store/stored-revision.ts";
import { prefixOf } from "./address.ts";
import type { ApiGround } from "./api-ground.ts";
import { untilRevision } from "./await-revision.ts";
import { forbiddenField } from "./field-causes.ts";
import type { ApiWatchOptions, StoredEvent, StoredEvents, Target } from "./kube-api.ts";
import { invalid } from "./refusals.ts";
import { revisionOf, type Selection, selectionOf } from "./selection.ts";
import { asServed } from "./versions.ts";
import { WatchWakeup } from "./watch-wakeup.ts";

/**
 * The changes of a collection, from a revision or from the present state on.
 *
 * Flow: a watch reads the resource's history from its own cursor and sleeps when it has reached the end. It buffers
 * nothing: a reader that falls behind what the history keeps gets the same 410 as one that comes back too late.
 *
 * @throws KubeError `BadRequest` or `Invalid` at once; what goes wrong later is the stream's last event
 */
export function watchObjects(
  ground: ApiGround,
  target: Target,
  options: ApiWatchOptions,
): AsyncIterable<StoredEvents> {
  assertOptions(options);
  return new Watch(ground, target, {
    options,
    selection: selectionOf(target.resource, options),
    since: revisionOf(options.resourceVersion) ?? 0,
  }).events();
}

interface WatchPlan {
  readonly options: ApiWatchOptions;
  readonly selection: Selection;
  /** 0: from the present state. */
  readonly since: number;
}

/** No more at once, so that nobody's beginning holds up the others. */
const LARGEST_BATCH = 32;
const BOOKMARK_INTERVAL_MS = 60_000;
/** A last bookmark goes out this long before the deadline, so that the next watch resumes close to the end. */
const FAREWELL_MS = 2_000;
const SHORTEST_DEFAULT_MS = 1_800_000;

class Watch {
  readonly #ground: ApiGround;
  readonly #target: Target;
  readonly #plan: WatchPlan;
  readonly #wakeup = new WatchWakeup();
  readonly #timers = new Set<Timer>();
  #cursor = 0;
  #isOver = false;
  #isBookmarkDue = false;

  constructor(ground: ApiGround, target: Target, plan: WatchPlan) {
    this.#ground = ground;
    this.#target = target;
    this.#plan = plan;
  }

  async *events(): AsyncGenerator<StoredEvents, void, undefined> {
    const stop = this.#begin();
    try {
      const { since } = this.#plan;
      await untilRevision(this.#ground, String(since), () => this.#isOver);
      yield* batches(this.#initialEvents());
      while (!this.#isOver) {
        yield* batches(this.#newEvents());
        if (this.#isBookmarkDue) yield [this.#bookmark()];
        if (!this.#isOver) await this.#wakeup.next();
      }
    } catch (error) {
      if (!isKubeError(error)) throw error;
      yield [{ type: "ERROR", error: error satisfies KubeError }];
    } finally {
      stop();
    }
  }

  *#initialEvents(): Generator<StoredEvent> {
    const { options, since } = this.#plan;
    const { store } = this.#ground;
    const wantsState = options.sendInitialEvents ?? since === 0;
    this.#cursor = wantsState || since === 0 ? store.revision : since;
    if (!wantsState) return;
    const collection = store.collection(this.#target.resource.storageKey);
    for (const stored of [...collection.range(prefixOf(this.#target))]) {
      if (this.#isOver) return;
      if (this.#isSelected(stored)) yield this.#event("ADDED", stored);
    }
    if (options.sendInitialEvents && options.allowBookmarks) {
      yield { type: "BOOKMARK", resourceVersion: String(this.#cursor), isInitialEventsEnd: true };
    }
  }

  *#newEvents(): Generator<StoredEvent> {
    const { store } = this.#ground;
    const seen = store.revision;
    const collection = store.collection(this.#target.resource.storageKey);
    for (const change of collection.changesAfter(this.#cursor)) {
      if (this.#isOver) return;
      this.#cursor = change.revision;
      const event = this.#eventOf(change);
      if (event) yield event;
    }
    this.#cursor = Math.max(this.#cursor, seen);
  }

  /** What a change is to this watcher: an object that enters its selection is added, one that leaves it deleted. */
  #eventOf({ type, key, stored, previous }: Change): StoredEvent | undefined {
    if (!key.startsWith(prefixOf(this.#target))) return undefined;
    const was = previous !== undefined && this.#isSelected(previous);
    const is = type !== "DELETED" && this.#isSelected(stored);
    if (is) return this.#event(was ? "MODIFIED" : "ADDED", stored);
    if (!was) return undefined;
    return type === "DELETED" ? this.#event("DELETED", stored) : this.#farewell(previous, stored);
  }

  #isSelected(stored: StoredRevision): boolean {
    const { selection } = this.#plan;
    return selection.isEverything || selection.matches(asServed(this.#target.resource, stored).object);
  }

  #event(type: "ADDED" | "MODIFIED" | "DELETED", stored: StoredRevision): StoredEvent {
    return { type, stored: asServed(this.#target.resource, stored) };
  }

  /** The last state inside the selection, under the revision at which the object left it. */
  #farewell(previous: StoredRevision, { revision }: StoredRevision): StoredEvent {
    const { object } = asServed(this.#target.resource, previous);
    const metadata = { ...object.metadata, resourceVersion: String(revision) };
    return { type: "DELETED", stored: unstored({ ...object, metadata } satisfies KubeObject) };
  }

  #bookmark(): StoredEvent {
    this.#isBookmarkDue = false;
    return { type: "BOOKMARK", resourceVersion: String(this.#cursor), isInitialEventsEnd: false };
  }

  #begin(): () => void {
    const { store, registry, random } = this.#ground;
    const { signal, timeoutSeconds, allowBookmarks } = this.#plan.options;
    const timeoutMs = timeoutSeconds ? timeoutSeconds * 1000 : SHORTEST_DEFAULT_MS * (1 + random.fraction());
    const end = (): void => this.#end();
    this.#after(timeoutMs, end);
    if (allowBookmarks) this.#scheduleBookmarks(timeoutMs);
    const unsubscribe = store
      .collection(this.#target.resource.storageKey)
      .subscribe(() => this.#wakeup.ring());
    const forget = registry.onChange(() => this.#endWhenGone());
    signal?.addEventListener("abort", end, { once: true });
    if (signal?.aborted) end();
    return () => {
      unsubscribe();
      forget();
      signal?.removeEventListener("abort", end);
      for (const timer of this.#timers) timer.cancel();
    };
  }

  #scheduleBookmarks(timeoutMs: number): void {
    const due = (): void => {
      this.#isBookmarkDue = true;
      this.#wakeup.ring();
    };
    const repeat = (): void => {
      due();
      this.#after(BOOKMARK_INTERVAL_MS, repeat);
    };
    this.#after(BOOKMARK_INTERVAL_MS, repeat);
    if (timeoutMs > FAREWELL_MS) this.#after(timeoutMs - FAREWELL_MS, due);
  }

  #after(delayMs: number, run: () => void): void {
    const timer = this.#ground.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      run();
    });
    this.#timers.add(timer);
  }

  #endWhenGone(): void {
    const { group, version, plural } = this.#target.resource;
    if (!this.#ground.registry.find(group, version, plural)) this.#end();
  }

  #end(): void {
    this.#isOver = true;
    this.#wakeup.ring();
  }
}

function* batches(events: Iterable<StoredEvent>): Generator<StoredEvents> {
  let batch: StoredEvent[] = [];
  for (const event of events) {
    batch.push(event);
    if (batch.length < LARGEST_BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function assertOptions({ sendInitialEvents, resourceVersionMatch }: ApiWatchOptions): void {
  const match = "resourceVersionMatch";
  if (sendInitialEvents === undefined && resourceVersionMatch !== undefined)
    throw refused(match, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
  if (sendInitialEvents !== undefined && resourceVersionMatch !== "NotOlderThan")
    throw refused(match, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
}

function refused(field: string, detail: string): KubeError {
  return invalid({ group: "meta.k8s.io", kind: "ListOptions" }, "", [forbiddenField(field, detail)]);
}
