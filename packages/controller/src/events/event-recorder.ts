import {
  type Clock,
  EVENTS,
  type Event,
  isKubeError,
  type KubeClient,
  type KubeObject,
  type Logger,
  microTimestamp,
  type Random,
  randomSuffix,
  sleep,
} from "@heliostat/kube";

/** What happened to an object, in the words of a Kubernetes event. */
export interface EventWords {
  /** @default Normal */
  readonly type?: "Normal" | "Warning";
  /** Why, for machines: `CreatedHeadPod`. */
  readonly reason: string;
  /** What was done or tried: `Create`. */
  readonly action: string;
  /** For people; cut after 1024 characters. */
  readonly note: string;
  /** How many things of this kind the note tells of. @default 1 */
  readonly count?: number;
  /** Which part of the object it is about, as `regarding.fieldPath` names it: `spec.containers{ray-head}`. */
  readonly fieldPath?: string;
}

/** Where a controller says what it has done to whom. */
export interface EventRecorder {
  /** Returns at once and never throws; that an event is lost in trouble is accepted. */
  record(regarding: KubeObject, words: EventWords): void;
}

export interface KubeEventRecorderOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** `reportingController` and `reportingInstance` of the events. */
  readonly reporter: { readonly controller: string; readonly instance: string };
}

/** A repeat within this time belongs to the series (Kubernetes: `events.k8s.io` recorder). */
const SERIES_MS = 6 * 60_000;
/** Repeats are gathered this long before the series is written. */
const GATHER_MS = 5_000;
const MAX_SERIES = 10_000;
/** So many notes of one kind are told apart; what follows is one series (Kubernetes: the event aggregator). */
const MAX_SIMILAR = 10;
const MAX_WAITING = 5000;
const MAX_NOTE = 1024;
const ATTEMPTS = 4;

/**
 * Writes events through the API: the first of a kind at once, its repeats (same object, type, reason, action and note) as a
 * growing series of that one event, as Kubernetes' own recorder does. Of notes that differ ten are told, since the newest
 * says what is wrong now.
 *
 * **Guarantees.** `record` neither waits nor throws. What it holds is bounded: beyond 10,000 kinds of events it forgets
 * those that it has written, a repeat of which begins anew; while 5,000 wait to be written, new ones are dropped. One
 * request at a time, a few attempts each.
 */
export class KubeEventRecorder implements EventRecorder {
  readonly #client: KubeClient;
  readonly #options: KubeEventRecorderOptions;
  /** By what is told, the one that has rested for longest first. */
  readonly #series = new Map<string, Series>();
  /** How many notes of each kind of event are told apart. */
  readonly #similar = new Map<string, number>();
  readonly #unwritten = new Set<Series>();
  #isWriting = false;
  #toldMs = 0;
  /** How many have been told in that millisecond. */
  #told = 0;

  constructor(client: KubeClient, options: KubeEventRecorderOptions) {
    this.#client = client;
    this.#options = options;
  }

  record(regarding: KubeObject, words: EventWords): void {
    const { clock, logger } = this.#options;
    this.#forgetOld();
    const kind = kindOfEvent(regarding, words);
    const key = this.#keyFor(kind, words.note);
    const series = this.#series.get(key);
    if (series) {
      series.count += words.count ?? 1;
      series.lastMs = clock.now();
      this.#series.delete(key);
      this.#series.set(key, series);
      this.#writeLater(series);
      return;
    }
    if (!this.#hasRoom()) {
      logger.debug("Event dropped, too many wait to be written", { reason: words.reason });
      return;
    }
    const event = eventOf(regarding, words, { ...this.#options, moment: this.#nextMoment() });
    const begun: Series = {
      event,
      kind,
      count: words.count ?? 1,
      writtenCount: 0,
      lastMs: clock.now(),
      isGathering: false,
    };
    this.#series.set(key, begun);
    this.#similar.set(kind, (this.#similar.get(kind) ?? 0) + 1);
    this.#write(begun);
  }

  #keyFor(kind: string, note: string): string {
    const key = `${kind} ${note}`;
    const isOneTooMany = !this.#series.has(key) && (this.#similar.get(kind) ?? 0) >= MAX_SIMILAR;
    return isOneTooMany ? kind : key;
  }

  /** Names of events begin with it, so that a list of them is in the order in which they happened. */
  #nextMoment(): string {
    const nowMs = this.#options.clock.now();
    this.#told = nowMs === this.#toldMs ? this.#told + 1 : 0;
    this.#toldMs = nowMs;
    return `${nowMs.toString(16).padStart(11, "0")}${(this.#told % 256).toString(16).padStart(2, "0")}`;
  }

  #forgetOld(): void {
    const oldestMs = this.#options.clock.now() - SERIES_MS;
    for (const [key, series] of this.#series) {
      if (series.lastMs >= oldestMs) return;
      this.#forget(key, series);
    }
  }

  #hasRoom(): boolean {
    if (this.#unwritten.size >= MAX_WAITING) return false;
    if (this.#series.size < MAX_SERIES) return true;
    for (const [key, series] of this.#series) {
      if (series.writtenCount !== series.count) continue;
      this.#forget(key, series);
      return true;
    }
    return false;
  }

  #forget(key: string, { kind }: Series): void {
    this.#series.delete(key);
    const left = (this.#similar.get(kind) ?? 0) - 1;
    if (left > 0) this.#similar.set(kind, left);
    else this.#similar.delete(kind);
  }

  #writeLater(series: Series): void {
    if (series.isGathering) return;
    series.isGathering = true;
    const { clock, signal } = this.#options;
    void sleep(clock, GATHER_MS, signal).then(() => {
      series.isGathering = false;
      this.#write(series);
    });
  }

  #write(series: Series): void {
    this.#unwritten.add(series);
    if (!this.#isWriting) void this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    for (const series of this.#unwritten) {
      this.#unwritten.delete(series);
      if (!this.#options.signal.aborted) await this.#tryToWrite(series);
    }
    this.#isWriting = false;
  }

  async #tryToWrite(series: Series): Promise<void> {
    const { clock, logger, signal } = this.#options;
    for (let attempt = 1; attempt <= ATTEMPTS && !signal.aborted; attempt++) {
      try {
        await this.#writeOnce(series);
        return;
      } catch (error) {
        const isWorthAnother = isKubeError(error, "TooManyRequests", "Timeout", "Unavailable", "Internal");
        if (!isWorthAnother || attempt === ATTEMPTS) {
          logger.debug("Event lost", { reason: series.event.reason, error });
          return;
        }
        await sleep(clock, 1000 * 2 ** attempt, signal);
      }
    }
  }

  async #writeOnce(series: Series): Promise<void> {
    const { count } = series;
    if (series.writtenCount === 0) await this.#create(withCount(series));
    else await this.#patchOrCreate(series);
    series.writtenCount = count;
  }

  async #create(event: Event): Promise<void> {
    try {
      await this.#client.create(EVENTS, event);
    } catch (error) {
      // An attempt before this one may have reached the API without our hearing of it.
      if (!isKubeError(error, "AlreadyExists")) throw error;
    }
  }

  async #patchOrCreate(series: Series): Promise<void> {
    const event = withCount(series);
    const { name, namespace } = event.metadata;
    const body = { series: { ...event.series } };
    try {
      const where = namespace === undefined ? { name } : { name, namespace };
      await this.#client.patch(EVENTS, where, { patch: { type: "merge", body } });
    } catch (error) {
      // Events expire.
      if (!isKubeError(error, "NotFound")) throw error;
      await this.#create(event);
    }
  }
}

interface Series {
  readonly event: Event;
  readonly kind: string;
  count: number;
  /** How many of them the API knows of. */
  writtenCount: number;
  lastMs: number;
  isGathering: boolean;
}

function withCount({ event, count, lastMs }: Series): Event {
  return count === 1 ? event : { ...event, series: { count, lastObservedTime: microTimestamp(lastMs) } };
}

function kindOfEvent(
  { metadata, kind }: KubeObject,
  { type, reason, action, fieldPath }: EventWords,
): string {
  const identity = metadata.uid ?? `${metadata.namespace}/${metadata.name}`;
  return [kind, identity, fieldPath, type, reason, action].join(" ");
}

function eventOf(
  regarding: KubeObject,
  { type = "Normal", reason, action, note, fieldPath }: EventWords,
  { clock, random, reporter, moment }: KubeEventRecorderOptions & { readonly moment: string },
): Event {
  const { apiVersion, kind, metadata } = regarding;
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    // The events of what has no namespace live in "default" (Kubernetes convention).
    metadata: {
      name: `${name.slice(0, 230)}.${moment}${randomSuffix(random, 5)}`,
      namespace: namespace ?? "default",
    },
    eventTime: microTimestamp(clock.now()),
    reportingController: reporter.controller,
    reportingInstance: reporter.instance.slice(0, 128),
    type,
    reason: reason.slice(0, 128),
    action: action.slice(0, 128),
    note: note.length > MAX_NOTE ? `${note.slice(0, MAX_NOTE - 1)}…` : note,
    regarding: {
      apiVersion,
      kind,
      name,
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(fieldPath !== undefined && { fieldPath }),
    },
  };
}
