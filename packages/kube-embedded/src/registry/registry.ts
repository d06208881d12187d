import type { ServedResource } from "./served-resource.ts";

/** Every resource that the API serves at this moment. Built-in kinds are there from the start, custom ones come and go. */
export class ResourceRegistry {
  readonly #byPath = new Map<string, ServedResource>();
  readonly #listeners = new Set<() => void>();
  #generation = 0;

  constructor(resources: readonly ServedResource[] = []) {
    for (const resource of resources) this.#byPath.set(pathKey(resource), resource);
  }

  /** Grows with every change: what is derived from the registry (discovery, OpenAPI) is cached under it. */
  get generation(): number {
    return this.#generation;
  }

  find(group: string, version: string, plural: string): ServedResource | undefined {
    return this.#byPath.get(pathKey({ group, version, plural }));
  }

  /** The served resource of a kind, whatever its plural. */
  findKind(group: string, version: string, kind: string): ServedResource | undefined {
    return this.all().find((each) => each.group === group && each.version === version && each.kind === kind);
  }

  all(): readonly ServedResource[] {
    return [...this.#byPath.values()];
  }

  /** Serve these and no longer serve those, as one change. */
  replace(removed: readonly ServedResource[], added: readonly ServedResource[]): void {
    for (const resource of removed) this.#byPath.delete(pathKey(resource));
    for (const resource of added) this.#byPath.set(pathKey(resource), resource);
    this.#generation += 1;
    for (const listener of this.#listeners) listener();
  }

  /** Call `listener` after each change; the answer ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function pathKey({ group, version, plural }: Pick<ServedResource, "group" | "version" | "plural">): string {
  return `${group}/${version}/${plural}`;
}
