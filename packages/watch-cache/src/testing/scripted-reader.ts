import {
  KubeError,
  type KubeObject,
  type KubeReader,
  keyOf,
  type ListOptions,
  nameOf,
  type ObjectList,
  type Resource,
  type WatchEvent,
  type WatchOptions,
} from "@heliostat/kube";

type Push = (event: WatchEvent<KubeObject> | undefined) => void;

/** One resource in memory, with a history that a test may cut short, streams it may break, and requests it may refuse. */
export class ScriptedReader implements KubeReader {
  readonly #objects = new Map<string, KubeObject>();
  readonly #streams = new Set<Push>();
  #history: { readonly revision: number; readonly event: WatchEvent<KubeObject> }[] = [];
  #revision = 1;
  #oldest = 1;
  readonly #refusals: KubeError[] = [];
  readonly #afterPage: (() => void)[] = [];
  readonly requests: string[] = [];

  put(object: KubeObject): void {
    const key = keyOf(nameOf(object));
    const type = this.#objects.has(key) ? "MODIFIED" : "ADDED";
    const stored = this.#stamped(object);
    this.#objects.set(key, stored);
    this.#publish({ type, object: stored });
  }

  drop(key: string): void {
    const object = this.#objects.get(key);
    if (!object) return;
    this.#objects.delete(key);
    this.#publish({ type: "DELETED", object: this.#stamped(object) });
  }

  bookmark(): void {
    for (const push of this.#streams) push({ type: "BOOKMARK", resourceVersion: String(this.#revision) });
  }

  /** End all streams in good order. */
  cut(): void {
    for (const push of this.#streams) push(undefined);
  }

  /** Forget what happened: whoever asks for it is told 410. */
  forget(): void {
    this.#revision += 1;
    this.#oldest = this.#revision;
    this.#history = [];
  }

  /** Tell all streams that something is wrong. */
  breakStreams(code: number): void {
    for (const push of this.#streams) push({ type: "ERROR", code, message: "scripted" });
  }

  /** Refuse the next request. */
  refuse(error: KubeError): void {
    this.#refusals.push(error);
  }

  /** Do something between the next page of a list and the one after it. */
  afterPage(operation: () => void): void {
    this.#afterPage.push(operation);
  }

  get objects(): readonly KubeObject[] {
    return [...this.#objects.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  get<T extends KubeObject>(): Promise<T> {
    return Promise.reject(new Error("An informer never gets a single object"));
  }

  async list<T extends KubeObject>(_: Resource<T>, options: ListOptions = {}): Promise<ObjectList<T>> {
    this.requests.push(options.continueToken ? "list more" : "list");
    this.#refuseIfTold();
    const [revision = String(this.#revision), lastKey = ""] = options.continueToken?.split(" ") ?? [];
    if (Number(revision) < this.#oldest) throw new KubeError("Expired", "The continue token is too old");
    const rest = this.objects.filter((object) => keyOf(nameOf(object)) > lastKey);
    const items = rest.slice(0, options.limit) as readonly KubeObject[] as readonly T[];
    const last = items.length < rest.length ? items.at(-1) : undefined;
    const page = { items, resourceVersion: String(this.#revision) };
    if (last) this.#afterPage.shift()?.();
    return last ? { ...page, continueToken: `${page.resourceVersion} ${keyOf(nameOf(last))}` } : page;
  }

  async *watch<T extends KubeObject>(
    _: Resource<T>,
    options: WatchOptions = {},
  ): AsyncGenerator<WatchEvent<T>> {
    this.requests.push(`watch from ${options.resourceVersion}`);
    this.#refuseIfTold();
    const from = Number(options.resourceVersion);
    const queue: (WatchEvent<KubeObject> | undefined)[] =
      from < this.#oldest
        ? [{ type: "ERROR", code: 410, message: "too old resource version" }, undefined]
        : this.#history.filter(({ revision }) => revision > from).map(({ event }) => event);
    let wake: () => void = () => undefined;
    const push: Push = (event) => {
      queue.push(event);
      wake();
    };
    options.signal?.addEventListener("abort", () => push(undefined), { once: true });
    this.#streams.add(push);
    try {
      for (;;) {
        while (queue.length === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        const event = queue.shift();
        if (!event) return;
        yield event as WatchEvent<T>;
      }
    } finally {
      this.#streams.delete(push);
    }
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  #publish(event: WatchEvent<KubeObject>): void {
    this.#history.push({ revision: this.#revision, event });
    for (const push of this.#streams) push(event);
  }

  #stamped(object: KubeObject): KubeObject {
    this.#revision += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#revision) } };
  }

  #refuseIfTold(): void {
    const refusal = this.#refusals.shift();
    if (refusal) throw refusal;
  }
}
