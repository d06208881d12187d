import { type Clock, type KubeClient, type Random, sleep } from "@heliostat/kube";

/** A moment at which a process dies: just before one of its writes reaches the API, or just after, answer unread. */
export interface CrashPoint {
  /** From 0, in the order in which the process begins its writes. */
  readonly write: number;
  readonly position: "before" | "after";
}

export interface CrashOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Longest way to the API, there or back; each call takes a share of it by chance. @default 5 */
  readonly latencyMs?: number;
  /** @default it lives */
  readonly crash?: CrashPoint;
}

/**
 * The client of a process that may die at a chosen write, on the way to an API that takes its time.
 *
 * Nothing tells a dead process that it is dead: its calls are never answered, its watches never speak again. Whoever
 * plays the process aborts what else it has going once {@link crashed} is fulfilled.
 */
export class CrashingClient implements KubeClient {
  /** Fulfilled at the crash; never rejected. */
  readonly crashed: Promise<void>;
  /** The writes begun, in order: `create pods/default/demo-head`. */
  readonly writes: string[] = [];
  readonly #client: KubeClient;
  readonly #options: CrashOptions;
  #isDead = false;
  #die: () => void = () => {};

  constructor(client: KubeClient, options: CrashOptions) {
    this.#client = client;
    this.#options = options;
    this.crashed = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  get: KubeClient["get"] = (...args) => this.#read(() => this.#client.get(...args));
  list: KubeClient["list"] = (...args) => this.#read(() => this.#client.list(...args));
  create: KubeClient["create"] = (resource, object, options) =>
    this.#write(`create ${resource.plural}/${object.metadata.name}`, () =>
      this.#client.create(resource, object, options),
    );
  update: KubeClient["update"] = (resource, object, options) =>
    this.#write(`update ${resource.plural}/${object.metadata.name}`, () =>
      this.#client.update(resource, object, options),
    );
  apply: KubeClient["apply"] = (resource, object, options) =>
    this.#write(`apply ${resource.plural}/${object.metadata.name}`, () =>
      this.#client.apply(resource, object, options),
    );
  patch: KubeClient["patch"] = (resource, name, options) =>
    this.#write(`patch ${resource.plural}/${name.name}`, () => this.#client.patch(resource, name, options));
  delete: KubeClient["delete"] = (resource, name, options) =>
    this.#write(`delete ${resource.plural}/${name.name}`, () => this.#client.delete(resource, name, options));

  watch: KubeClient["watch"] = (...args) => this.#watch(() => this.#client.watch(...args));

  async *#watch<E>(open: () => AsyncIterable<E>): AsyncIterable<E> {
    await this.#onTheWay();
    for await (const event of open()) {
      if (this.#isDead) await never();
      yield event;
    }
  }

  async #read<T>(call: () => Promise<T>): Promise<T> {
    await this.#onTheWay();
    return this.#answered(call);
  }

  async #write<T>(what: string, call: () => Promise<T>): Promise<T> {
    if (this.#isDead) return never();
    const index = this.writes.push(what) - 1;
    const position = this.#options.crash?.write === index ? this.#options.crash.position : undefined;
    await this.#onTheWay();
    if (position === "before") return this.#crash();
    if (position !== "after") return this.#answered(call);
    await call().catch(() => undefined);
    return this.#crash();
  }

  /** An answer needs its way back, and reaches nobody who has died meanwhile. */
  async #answered<T>(call: () => Promise<T>): Promise<T> {
    const answer = call();
    await answer.catch(() => undefined);
    await this.#onTheWay();
    return answer;
  }

  async #onTheWay(): Promise<void> {
    const { clock, random, latencyMs = 5 } = this.#options;
    await sleep(clock, random.fraction() * latencyMs);
    if (this.#isDead) await never();
  }

  #crash<T>(): Promise<T> {
    this.#isDead = true;
    this.#die();
    return never();
  }
}

function never<T>(): Promise<T> {
  return new Promise(() => {});
}
