import type { KubeObject } from "@heliostat/kube";
import type { StoredObject } from "../api/kube-api.ts";

/** One revision of one object: frozen, and serialised when its text is first asked for, once. */
export class StoredRevision implements StoredObject {
  readonly key: string;
  readonly revision: number;
  readonly object: KubeObject;
  #json: string | undefined;

  /** `object` is frozen in place and gets `revision` as its resourceVersion. */
  constructor(key: string, revision: number, object: KubeObject) {
    this.key = key;
    this.revision = revision;
    this.object = frozen({
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(revision) },
    });
  }

  get json(): string {
    this.#json ??= JSON.stringify(this.object);
    return this.#json;
  }
}

/** An object that is not stored as it is (a Scale, a Status, another version), with its text made on demand. */
export function unstored(object: KubeObject): StoredObject {
  let json: string | undefined;
  return {
    object: frozen(object),
    get json(): string {
      json ??= JSON.stringify(object);
      return json;
    },
  };
}

/** Freeze a JSON value all the way down. What is frozen already counts as frozen in depth: revisions share subtrees. */
function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) for (const item of value) frozen(item);
  else for (const name in value) frozen(value[name]);
  return Object.freeze(value);
}
