import {
  groupResource,
  type KubeClient,
  type KubeObject,
  keyOf,
  nameOf,
  type Resource,
} from "@heliostat/kube";

/** One change of one object, in the order of the store. */
export interface Revision {
  readonly revision: number;
  readonly resource: Resource;
  readonly key: string;
  readonly before?: KubeObject;
  readonly after?: KubeObject;
  /** Whether the controller asked for it; else a user, a node, the garbage collector… */
  readonly isByController: boolean;
  /** Whether it was on its way from a leader that had been deposed when it arrived. */
  readonly isLate: boolean;
  /** When it happened, or a moment later. */
  readonly atMs: number;
}

/** All objects at one revision. */
export interface State {
  /** The objects of a resource, in the order of their keys. */
  of(resource: Pick<Resource, "plural" | "group">): readonly KubeObject[];
  get(resource: Pick<Resource, "plural" | "group">, key: string): KubeObject | undefined;
  /** What has led to this state since the run began. */
  readonly revisions: readonly Revision[];
}

/**
 * Everything that the store has held since the run began, revision by revision and over all resources. Watches bring
 * it in; each revision is told of once, in the store's order.
 */
export class RevisionLog implements State {
  readonly revisions: Revision[] = [];
  readonly #objects = new Map<string, Map<string, KubeObject>>();
  #arrived: Arrival[] = [];
  readonly #authored = new Set<number>();
  readonly #late = new Set<number>();
  readonly #deletionAsked = new Set<string>();

  /** Follow these resources for ever. */
  follow(client: KubeClient, resources: readonly Resource[]): void {
    for (const resource of resources) {
      this.#objects.set(groupResource(resource), new Map());
      void this.#follow(client, resource);
    }
  }

  /** Forget what was, but not what is. */
  begin(): void {
    this.revisions.length = 0;
    this.#authored.clear();
    this.#late.clear();
    this.#deletionAsked.clear();
  }

  /** The controller has written this revision. */
  authored(object: KubeObject, { isLate }: Pick<Revision, "isLate">): void {
    this.#authored.add(revisionOf(object));
    if (isLate) this.#late.add(revisionOf(object));
  }

  /** The controller has asked for the deletion of this object. */
  deletionAsked(object: KubeObject | undefined): void {
    if (object?.metadata.uid) this.#deletionAsked.add(object.metadata.uid);
  }

  /** What has happened since it was asked last; `visit` finds the state as of that revision. */
  drain(visit: (change: Revision) => void, atMs = 0): void {
    if (this.#arrived.length === 0) return;
    const arrived = this.#arrived.sort((a, b) => a.revision - b.revision);
    this.#arrived = [];
    for (const each of arrived) {
      const change = this.#applied(each, atMs);
      this.revisions.push(change);
      visit(change);
    }
  }

  of(resource: Pick<Resource, "plural" | "group">): readonly KubeObject[] {
    const objects = [...(this.#objects.get(groupResource(resource)) ?? [])];
    return objects.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  get(resource: Pick<Resource, "plural" | "group">, key: string): KubeObject | undefined {
    return this.#objects.get(groupResource(resource))?.get(key);
  }

  /** The objects of a resource after the first `count` revisions of this run. */
  listAfter(count: number, resource: Resource): readonly KubeObject[] {
    const objects = new Map<string, KubeObject>();
    for (const change of this.revisions.slice(0, count)) {
      if (groupResource(change.resource) !== groupResource(resource)) continue;
      if (change.after) objects.set(change.key, change.after);
      else objects.delete(change.key);
    }
    return [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  #applied({ resource, revision, object, isGone }: Arrival, atMs: number): Revision {
    const key = keyOf(nameOf(object));
    const objects = this.#objects.get(groupResource(resource));
    const before = objects?.get(key);
    if (isGone) objects?.delete(key);
    else objects?.set(key, object);
    const isDeletion = isGone || (object.metadata.deletionTimestamp && !before?.metadata.deletionTimestamp);
    return {
      revision,
      resource,
      key,
      ...(before && { before }),
      ...(!isGone && { after: object }),
      atMs,
      isLate: this.#late.has(revision),
      isByController: isDeletion
        ? this.#deletionAsked.has(object.metadata.uid ?? "")
        : this.#authored.has(revision),
    };
  }

  async #follow(client: KubeClient, resource: Resource): Promise<void> {
    for await (const event of client.watch(resource)) {
      if (event.type === "BOOKMARK" || event.type === "ERROR") continue;
      const { object } = event;
      this.#arrived.push({
        resource,
        object,
        revision: revisionOf(object),
        isGone: event.type === "DELETED",
      });
    }
  }
}

interface Arrival {
  readonly resource: Resource;
  readonly revision: number;
  readonly object: KubeObject;
  readonly isGone: boolean;
}

/** The revision at which an object was last changed. */
export function revisionOf({ metadata }: KubeObject): number {
  return Number(metadata.resourceVersion ?? 0);
}
