import type { Action, Caches } from "@heliostat/controller";
import {
  applyMergePatch,
  groupResource,
  type Json,
  type KubeObject,
  keyOf,
  matchesLabels,
  nameOf,
  type ObjectName,
  parseLabelSelector,
  type Resource,
} from "@heliostat/kube";
import type { CacheReader, Index } from "@heliostat/watch-cache";

/** The caches as they would be if some things were done that nobody does. */
export class ImaginedCaches implements Caches {
  readonly #real: Caches;
  /** By resource, then by key; `undefined` stands for an object that is imagined gone. */
  readonly #imagined = new Map<string, Map<string, KubeObject | undefined>>();

  constructor(real: Caches) {
    this.#real = real;
  }

  of<T extends KubeObject>(resource: Resource<T>, labelSelector?: string): CacheReader<T> {
    const real = this.#real.of(resource, labelSelector);
    const imagined = selected(this.#overlay(resource), labelSelector) as ReadonlyMap<string, T | undefined>;
    return {
      get: (key) => (imagined.has(key) ? imagined.get(key) : real.get(key)),
      list: () => laidOver(real.list(), imagined, () => true),
      byIndex: (index, value) => laidOver(real.byIndex(index, value), imagined, isUnder(index, value)),
    };
  }

  put<T extends KubeObject>(resource: Resource<T>, object: T): void {
    this.#overlay(resource).set(keyOf(nameOf(object)), object);
  }

  /** What the API would hold after this action, were nobody else there: a deletion is over at once. */
  imagine(action: Action, createdAt: string): void {
    const { resource } = action;
    switch (action.do) {
      case "create":
        this.put(resource, newborn(action.object, createdAt));
        return;
      case "delete":
        this.#overlay(resource).set(keyOf(action.target), undefined);
        return;
      case "apply":
        this.#imagineMerged(action, { merge: action.object as unknown as Json, createdAt });
        return;
      case "patch":
        // Only a merge patch says in itself what comes of it; the other forms change nothing that a plan rests on.
        if (action.patch.type === "merge") this.#imagineMerged(action, { merge: action.patch.body });
    }
  }

  /** An object that is not there comes to be only when the action says when it was born. */
  #imagineMerged(
    { resource, target }: { readonly resource: Resource; readonly target: ObjectName },
    { merge, createdAt }: { readonly merge: Json; readonly createdAt?: string },
  ): void {
    const before = this.of(resource).get(keyOf(target));
    if (!before && createdAt === undefined) return;
    const after = applyMergePatch(before as unknown as Json, merge) as unknown as KubeObject;
    this.put(resource, before ? after : newborn(after, createdAt ?? ""));
  }

  #overlay(resource: Resource): Map<string, KubeObject | undefined> {
    const id = groupResource(resource);
    const known = this.#imagined.get(id) ?? new Map<string, KubeObject | undefined>();
    this.#imagined.set(id, known);
    return known;
  }
}

/** What a selector leaves out is not there, as far as its reader knows. */
function selected(
  objects: ReadonlyMap<string, KubeObject | undefined>,
  labelSelector = "",
): ReadonlyMap<string, KubeObject | undefined> {
  const requirements = parseLabelSelector(labelSelector);
  const isSelected = (object: KubeObject | undefined) =>
    object !== undefined && matchesLabels(requirements, object.metadata.labels);
  return new Map([...objects].map(([key, object]) => [key, isSelected(object) ? object : undefined]));
}

function laidOver<T extends KubeObject>(
  real: readonly T[],
  imagined: ReadonlyMap<string, T | undefined>,
  isWanted: (object: T) => boolean,
): readonly T[] {
  const untouched = real.filter((object) => !imagined.has(keyOf(nameOf(object))));
  const added = [...imagined.values()].filter((object) => object !== undefined);
  return [...untouched, ...added.filter(isWanted)];
}

function isUnder<T extends KubeObject>(index: Index<T>, value: string): (object: T) => boolean {
  return (object) => index.valuesOf(object).includes(value);
}

/** With what an API gives to every object at birth. */
function newborn(object: KubeObject, creationTimestamp: string): KubeObject {
  const uid = `imagined ${keyOf(nameOf(object))}`;
  return { ...object, metadata: { creationTimestamp, uid, ...object.metadata } };
}
