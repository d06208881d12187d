import type { KubeObject, ManagedFieldsEntry } from "@heliostat/kube";
import type { JsonObject } from "../schema/json-value.ts";
import { difference, EMPTY_SET, type FieldSet, intersection, isEmptySet, union } from "./field-set.ts";
import type { FieldType } from "./field-type.ts";
import type { KindVersions } from "./kind-versions.ts";
import { withNamedFields } from "./named-fields.ts";
import { appliedFields } from "./owned-fields.ts";
import { fieldsOf, type Owners } from "./owners.ts";
import { withoutFields } from "./remove-fields.ts";

export interface Pruning {
  /** The live object with the configuration laid over it. */
  readonly merged: KubeObject;
  readonly apiVersion: string;
  /** What the applier owned before. */
  readonly last: ManagedFieldsEntry | undefined;
  /** Everybody's fields, the applier's new ones among them. */
  readonly owners: Owners;
}

/**
 * What an applier owned and does not mention any more goes, unless somebody else owns it. Nothing else goes: what
 * vanishes only because it lay in something that went is put back.
 */
export function prunedObject(
  { merged, apiVersion, last, owners }: Pruning,
  versions: KindVersions,
): KubeObject {
  if (last === undefined || isEmptySet(fieldsOf(last))) return merged;
  const lastVersion = last.apiVersion ?? apiVersion;
  const type = versions.typeOf(lastVersion);
  if (type === undefined) return merged;
  const atLast = versions.convert(merged, lastVersion);
  const lastFields = withNamedFields(fieldsOf(last), type);
  let pruned = without(atLast, lastFields, type);
  if (pruned === atLast) return merged;
  for (const [version, owned] of ownedByVersion(owners, lastVersion))
    pruned = withOwned({ merged: atLast, pruned, owned, version }, versions);
  const remaining = versions.convert(pruned, lastVersion);
  const gone = difference(namedFieldsOf(atLast, type), namedFieldsOf(remaining, type));
  return versions.convert(without(atLast, intersection(gone, lastFields), type), apiVersion);
}

/** What is owned in each version; that in which the pruning is done comes first. */
function ownedByVersion(owners: Owners, first: string): ReadonlyMap<string, FieldSet> {
  const owned = new Map<string, FieldSet>([[first, EMPTY_SET]]);
  for (const entry of owners) {
    const version = entry.apiVersion ?? "";
    owned.set(version, union(owned.get(version) ?? EMPTY_SET, fieldsOf(entry)));
  }
  return owned;
}

interface AddingBack {
  readonly merged: KubeObject;
  readonly pruned: KubeObject;
  readonly owned: FieldSet;
  readonly version: string;
}

function withOwned({ merged, pruned, owned, version }: AddingBack, versions: KindVersions): KubeObject {
  const type = versions.typeOf(version);
  if (type === undefined) return pruned;
  const whole = versions.convert(merged, version);
  const kept = union(namedFieldsOf(versions.convert(pruned, version), type), withNamedFields(owned, type));
  return without(whole, difference(namedFieldsOf(whole, type), kept), type);
}

function namedFieldsOf(object: KubeObject, type: FieldType): FieldSet {
  return withNamedFields(appliedFields(object as unknown as JsonObject, type), type);
}

function without(object: KubeObject, fields: FieldSet, type: FieldType): KubeObject {
  return withoutFields(object as unknown as JsonObject, fields, type) as unknown as KubeObject;
}
