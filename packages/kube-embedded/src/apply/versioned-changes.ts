import type { KubeObject, ManagedFieldsEntry } from "@heliostat/kube";
import type { JsonObject } from "../schema/json-value.ts";
import { type Comparison, compared } from "./compare.ts";
import { difference, EMPTY_SET, union } from "./field-set.ts";
import type { FieldType } from "./field-type.ts";
import type { KindVersions } from "./kind-versions.ts";
import { entryWith, fieldsOf, type Owners } from "./owners.ts";
import { isWrittenUnder, reconciledFields, rememberSchema } from "./reconcile-schema.ts";

/** One write: what the object was (nothing, for a new one) and what it becomes, in the version that is written. */
export interface Change {
  readonly before: KubeObject | undefined;
  readonly after: KubeObject;
  readonly apiVersion: string;
}

export interface VersionedComparison extends Comparison {
  readonly type: FieldType;
}

/** The differences that a change makes, in each version in which somebody owns fields. */
export class VersionedChanges {
  readonly #change: Change;
  readonly #versions: KindVersions;
  readonly #known = new Map<string, VersionedComparison | undefined>();

  constructor(change: Change, versions: KindVersions) {
    this.#change = change;
    this.#versions = versions;
  }

  /** `undefined`: the version is gone. */
  at(apiVersion: string): VersionedComparison | undefined {
    if (this.#known.has(apiVersion)) return this.#known.get(apiVersion);
    const found = this.#compared(apiVersion);
    this.#known.set(apiVersion, found);
    return found;
  }

  #compared(apiVersion: string): VersionedComparison | undefined {
    const { before, after } = this.#change;
    const type = this.#versions.typeOf(apiVersion);
    if (type === undefined) return undefined;
    return { ...compared(this.#json(before, apiVersion), this.#json(after, apiVersion), type), type };
  }

  #json(object: KubeObject | undefined, apiVersion: string): JsonObject {
    if (object === undefined) return {};
    const isSame = apiVersion === this.#change.apiVersion;
    return (isSame ? object : this.#versions.convert(object, apiVersion)) as unknown as JsonObject;
  }
}

/** What is left to an owner after a change: neither what has another value now, nor what is gone. */
export function yielded(entry: ManagedFieldsEntry, changes: VersionedChanges): Owners {
  const found = changes.at(entry.apiVersion ?? "");
  if (found === undefined) return [];
  const fields = difference(difference(fieldsOf(entry), found.changed), found.removed);
  return entryWith(entry, fields === entry.fieldsV1 ? fields : rememberSchema(fields, found.type));
}

/** The owners of a live object by today's schema. */
export function reconciledOwners(owners: Owners, live: KubeObject, versions: KindVersions): Owners {
  return owners.flatMap((entry) => {
    const version = entry.apiVersion ?? "";
    const type = versions.typeOf(version);
    const fields = fieldsOf(entry);
    if (type === undefined || isWrittenUnder(fields, type)) return [entry];
    const claimed = owners
      .filter(({ apiVersion }) => apiVersion === version)
      .reduce((all, each) => union(all, fieldsOf(each)), EMPTY_SET);
    const value = versions.convert(live, version);
    return entryWith(entry, rememberSchema(reconciledFields(fields, { value, type }, claimed), type));
  });
}
