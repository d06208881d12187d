import {
  type Clock,
  EVENTS,
  type Event,
  type KubeClient,
  type KubeObject,
  type Logger,
  microTimestamp,
  type Random,
  randomSuffix,
} from "@heliostat/kube";
import { FIELD_MANAGER } from "../vocabulary.ts";

export interface AuditTrailOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Which of several instances this is. */
  readonly instance: string;
}

/** What was done to a cluster, in the words of a Kubernetes event. */
export interface AuditWords {
  readonly reason: string;
  readonly action: string;
  readonly note: string;
}

const MAX_NOTE = 1024;
const MAX_PENDING = 1000;

/** Leaves a Kubernetes event on a cluster for all that was done to it, and for what was tried. */
export class AuditTrail {
  readonly #options: AuditTrailOptions;
  readonly #pending = new Set<Promise<unknown>>();

  constructor(options: AuditTrailOptions) {
    this.#options = options;
  }

  /** Returns at once; an event that Kubernetes does not take is in the log instead. */
  tell(regarding: KubeObject, words: AuditWords): void {
    this.#keep(this.write(regarding, words, "Normal"), words);
  }

  /** The same, as a warning. */
  warn(regarding: KubeObject, words: AuditWords): void {
    this.#options.logger.info(words.note, { cluster: regarding.metadata.name, reason: words.reason });
    this.#keep(this.write(regarding, words, "Warning"), words);
  }

  /** Write the event and wait. @throws KubeError @returns the event as stored: it bears the time of the API's own clock */
  write(regarding: KubeObject, words: AuditWords, type: "Normal" | "Warning"): Promise<Event> {
    return this.#options.client.create(EVENTS, this.#event(regarding, words, type));
  }

  /** Fulfilled when everything that was told has been written or lost. */
  async flushed(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }

  #keep(writing: Promise<unknown>, { reason, note }: AuditWords): void {
    const { logger } = this.#options;
    const kept = writing.catch((error: unknown) => logger.error("Audit event lost", { reason, note, error }));
    if (this.#pending.size >= MAX_PENDING) return;
    this.#pending.add(kept);
    void kept.finally(() => this.#pending.delete(kept));
  }

  #event(regarding: KubeObject, { reason, action, note }: AuditWords, type: "Normal" | "Warning"): Event {
    const { clock, random, instance } = this.#options;
    const { apiVersion, kind, metadata } = regarding;
    const { name, namespace = "default", uid, resourceVersion } = metadata;
    return {
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: { name: `${name.slice(0, 230)}.${randomSuffix(random, 16)}`, namespace },
      eventTime: microTimestamp(clock.now()),
      reportingController: FIELD_MANAGER,
      reportingInstance: instance.slice(0, 128),
      type,
      reason,
      action,
      note: note.length > MAX_NOTE ? `${note.slice(0, MAX_NOTE - 1)}…` : note,
      regarding: {
        apiVersion,
        kind,
        name,
        namespace,
        ...(uid !== undefined && { uid }),
        ...(resourceVersion !== undefined && { resourceVersion }),
      },
    };
  }
}
