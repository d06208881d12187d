import {
  type Clock,
  groupResource,
  type KubeClient,
  type KubeError,
  type KubeObject,
  keyOf,
  type ListOptions,
  matchesLabels,
  nameOf,
  type ObjectList,
  type ObjectName,
  parseLabelSelector,
  type Random,
  type Resource,
  sleep,
  type WatchEvent,
  type WatchOptions,
} from "@heliostat/kube";
import { disturbed, type EventVerdict, LATENCY_MS } from "./disturbed-events.ts";
import { revisionOf } from "./revision-log.ts";

/** A write that a process is about to send. */
export interface WriteCall {
  /** From 0, in the order in which the process begins its writes. */
  readonly index: number;
  readonly verb: "create" | "update" | "patch" | "apply" | "delete";
  readonly resource: Resource;
  readonly name: ObjectName;
  readonly subresource?: string;
  /** The uid that a deletion insists on. */
  readonly uid?: string;
}

/** What becomes of a write. */
export type WriteVerdict =
  /** The process dies: before it is sent, when it is done but not answered, or when the answer has been read. */
  | { readonly outcome: "die"; readonly position: CrashPosition }
  /** It never arrives. */
  | { readonly outcome: "refuse"; readonly error: KubeError }
  /** It is done, and the process is told that it failed. */
  | { readonly outcome: "lose-answer"; readonly error: KubeError }
  /** Something else happens just before it arrives. */
  | { readonly outcome: "after"; readonly foreign: () => Promise<void> }
  | { readonly outcome: "slow"; readonly ms: number }
  /** The process stands still. */
  | { readonly outcome: "pause"; readonly position: PausePosition; readonly pause: () => void };

/** Before a write is sent, while it is on its way (it arrives when the process goes on), or when it is done but not answered. */
export type PausePosition = "before" | "sent" | "after";

export type CrashPosition = "before" | "during" | "after";

/** An event that a watch is about to bring to the process. */
export interface EventCall {
  /** From 0, in the order in which they reach the process, over all its watches. */
  readonly index: number;
  readonly resource: Resource;
  readonly object: KubeObject;
}

/** The world of one process as a fault wants it. */
export interface WireRules {
  readonly onWrite?: (call: WriteCall) => WriteVerdict | undefined;
  readonly onEvent?: (call: EventCall) => EventVerdict | undefined;
  /** What lists of everything say instead of the truth, and how long watches bring nothing. */
  readonly stale?: {
    list(resource: Resource): readonly KubeObject[];
    readonly resourceVersion: string;
    readonly thawed: Promise<void>;
  };
  /** Whether a read is refused. */
  readonly onRead?: () => KubeError | undefined;
}

/** What a wire tells about its process. */
export interface WireWitness {
  /** The process sends a request: a read, a write or the beginning of a watch. */
  asks(): void;
  /** A write has been done. `seen`: the newest revision of the object that the process knew of when it was sent. */
  done(call: WriteCall, answer: KubeObject | undefined, seen: number | undefined): void;
  /** The process is told that its write has been done. */
  hears(call: WriteCall, answer: KubeObject | undefined): void;
  /** A process that stood still before it sent a write sends it. */
  leaves(call: WriteCall): void;
  /** A write is about to be done. */
  arrives(call: WriteCall): void;
}

export interface WireOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly rules: WireRules;
  readonly witness: WireWitness;
}

/**
 * The line between one process and the API: it takes its time, and everything that can go wrong with it goes wrong
 * here. Nothing tells a dead process that it is dead: its calls are never answered, its watches never speak again.
 */
export class Wire implements KubeClient {
  /** Fulfilled at the crash; never rejected. */
  readonly crashed: Promise<void>;
  /** The writes begun, in order: `create pods/default/demo-head`. */
  readonly writes: WriteCall[] = [];
  readonly events: EventCall[] = [];
  readonly #client: KubeClient;
  readonly #options: WireOptions;
  readonly #seen = new Map<string, number>();
  #isDead = false;
  #die: () => void = () => {};

  constructor(client: KubeClient, options: WireOptions) {
    this.#client = client;
    this.#options = options;
    this.crashed = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  get: KubeClient["get"] = async (resource, name, options) => {
    const object = await this.#read(() => this.#client.get(resource, name, options));
    this.#saw(resource, object);
    return object;
  };

  async list<T extends KubeObject>(resource: Resource<T>, options: ListOptions = {}): Promise<ObjectList<T>> {
    const { stale } = this.#options.rules;
    const list = await this.#read(() =>
      // Caches, which read page by page, live in the past; whoever asks for certain objects is told the present.
      stale && options.limit !== undefined
        ? this.#staleList(resource, options)
        : this.#client.list(resource, options),
    );
    for (const item of list.items) this.#saw(resource, item);
    return list;
  }

  create: KubeClient["create"] = (resource, object, options) =>
    this.#write({ verb: "create", resource, name: nameOf(object), ...only(options) }, () =>
      this.#client.create(resource, object, options),
    );
  update: KubeClient["update"] = (resource, object, options) =>
    this.#write({ verb: "update", resource, name: nameOf(object), ...only(options) }, () =>
      this.#client.update(resource, object, options),
    );
  apply: KubeClient["apply"] = (resource, object, options) =>
    this.#write({ verb: "apply", resource, name: object.metadata, ...only(options) }, () =>
      this.#client.apply(resource, object, options),
    );
  patch: KubeClient["patch"] = (resource, name, options) =>
    this.#write({ verb: "patch", resource, name, ...only(options) }, () =>
      this.#client.patch(resource, name, options),
    );
  delete: KubeClient["delete"] = (resource, name, options) => {
    const { uid } = options?.preconditions ?? {};
    return this.#write({ verb: "delete", resource, name, ...(uid && { uid }), ...only(options) }, () =>
      this.#client.delete(resource, name, options),
    );
  };

  async *watch<T extends KubeObject>(
    resource: Resource<T>,
    options: WatchOptions = {},
  ): AsyncIterable<WatchEvent<T>> {
    const { clock, random, rules, witness } = this.#options;
    witness.asks();
    await Promise.race([rules.stale?.thawed, rules.stale && aborted(options.signal)]);
    await this.#onTheWay(options.signal);
    const refusal = rules.onRead?.();
    if (refusal) throw refusal;
    const events = disturbed(this.#client.watch(resource, options), {
      clock,
      random,
      judge: (object) => this.#judged(resource, object),
      ...(options.signal && { signal: options.signal }),
    });
    for await (const event of events) {
      // A stream that is left open would hold on to the store for ever; whoever plays the process ends the rest.
      if (this.#isDead) await this.crashed;
      if (this.#isDead || options.signal?.aborted) return;
      if ("object" in event) this.#saw(resource, event.object);
      yield event;
    }
  }

  #judged(resource: Resource, object: KubeObject): EventVerdict | undefined {
    const call = { index: this.events.length, resource, object };
    this.events.push(call);
    return this.#options.rules.onEvent?.(call);
  }

  async #read<T>(call: () => Promise<T>): Promise<T> {
    this.#options.witness.asks();
    await this.#onTheWay();
    const refusal = this.#options.rules.onRead?.();
    if (refusal) throw refusal;
    const answer = call();
    await answer.catch(() => undefined);
    await this.#onTheWay();
    return answer;
  }

  async #staleList<T extends KubeObject>(
    resource: Resource<T>,
    options: ListOptions,
  ): Promise<ObjectList<T>> {
    const { stale } = this.#options.rules;
    const items = (stale?.list(resource) ?? []) as readonly T[];
    const requirements = parseLabelSelector(options.labelSelector ?? "");
    return {
      items: items.filter(
        ({ metadata }) =>
          (options.namespace === undefined || metadata.namespace === options.namespace) &&
          matchesLabels(requirements, metadata.labels),
      ),
      resourceVersion: stale?.resourceVersion ?? "0",
    };
  }

  async #write<T>({ signal, ...what }: Write, send: () => Promise<T>): Promise<T> {
    if (this.#isDead) return never();
    this.#options.witness.asks();
    const isLease = what.resource.plural === "leases";
    // Renewals have no place in a story: they would number its writes differently each time.
    const call = { ...what, name: nameOnly(what.name), index: isLease ? -1 : this.writes.length };
    if (!isLease) this.writes.push(call);
    const verdict = this.#options.rules.onWrite?.(call);
    if (verdict?.outcome === "pause" && verdict.position === "before") {
      await this.#standStill(verdict.pause);
      // What was given up meanwhile never leaves the process.
      signal?.throwIfAborted();
      this.#options.witness.leaves(call);
    }
    await this.#onTheWay();
    await this.#beforeArrival(verdict);
    const answer = this.#sent(call, send);
    const error = await answer.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    const heard = await this.#answered(verdict, answer, error);
    this.#options.witness.hears(call, isObject(heard) ? heard : undefined);
    return heard;
  }

  async #beforeArrival(verdict: WriteVerdict | undefined): Promise<void> {
    switch (verdict?.outcome) {
      case "die":
        if (verdict.position === "before") await this.#crash();
        return;
      case "refuse":
        await this.#onTheWay();
        throw verdict.error;
      case "after":
        await verdict.foreign();
        return;
      case "slow":
        await sleep(this.#options.clock, verdict.ms);
        return;
      case "pause":
        if (verdict.position === "sent") await this.#standStill(verdict.pause);
        return;
      default:
        return;
    }
  }

  async #answered<T>(verdict: WriteVerdict | undefined, answer: Promise<T>, error: unknown): Promise<T> {
    if (verdict?.outcome === "die" && verdict.position === "during") return this.#crash();
    if (verdict?.outcome === "pause" && verdict.position === "after") await this.#standStill(verdict.pause);
    await this.#onTheWay();
    if (verdict?.outcome === "lose-answer" && error === undefined) throw verdict.error;
    if (verdict?.outcome === "die") void this.#crashSoon();
    return answer;
  }

  async #sent<T>(call: WriteCall, send: () => Promise<T>): Promise<T> {
    const { witness } = this.#options;
    const id = idOf(call.resource, keyOf(call.name));
    const seen = this.#seen.get(id);
    witness.arrives(call);
    const answer = await send();
    const object = isObject(answer) ? answer : undefined;
    witness.done(call, object, seen);
    if (object) this.#saw(call.resource, object);
    return answer;
  }

  #saw(resource: Resource, object: KubeObject): void {
    const id = idOf(resource, keyOf(nameOf(object)));
    this.#seen.set(id, Math.max(this.#seen.get(id) ?? 0, revisionOf(object)));
  }

  async #standStill(pause: () => void): Promise<void> {
    pause();
    await this.#onTheWay();
  }

  async #onTheWay(signal?: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    await sleep(clock, random.fraction() * LATENCY_MS, signal);
    if (this.#isDead) await never();
  }

  #crash<T>(): Promise<T> {
    this.#isDead = true;
    this.#die();
    return never();
  }

  /** What the process does with the answer before it asks anything more still happens. */
  async #crashSoon(): Promise<void> {
    this.#isDead = true;
    await sleep(this.#options.clock, 0);
    this.#die();
  }
}

/** `create pods/c-head`, without what chance has put into the name. */
export function writeText({ verb, resource, name, subresource }: WriteCall): string {
  const plain = resource.plural === "events" ? name.name.replace(/\.[^.]*$/, "") : name.name;
  return `${verb} ${resource.plural}${subresource ? `/${subresource}` : ""}/${plain}`;
}

interface Write extends Omit<WriteCall, "index"> {
  readonly signal?: AbortSignal;
}

function only({
  subresource,
  signal,
}: {
  readonly subresource?: string;
  readonly signal?: AbortSignal;
} = {}): Pick<Write, "subresource" | "signal"> {
  return { ...(subresource && { subresource }), ...(signal && { signal }) };
}

function isObject(answer: unknown): answer is KubeObject {
  return typeof answer === "object" && answer !== null && "metadata" in answer;
}

function nameOnly({ name, namespace }: ObjectName): ObjectName {
  return namespace === undefined ? { name } : { name, namespace };
}

function idOf(resource: Resource, key: string): string {
  return `${groupResource(resource)} ${key}`;
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener("abort", () => resolve(), { once: true });
  });
}

function never<T>(): Promise<T> {
  return new Promise(() => {});
}
