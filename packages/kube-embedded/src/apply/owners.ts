import { isEqualJson, type ManagedFieldsEntry } from "@heliostat/kube";
import { isJsonObject } from "../schema/json-value.ts";
import { type FieldSet, isEmptySet, isFieldSet, union } from "./field-set.ts";

/** Who owns which fields of an object: its `metadata.managedFields`. */
export type Owners = readonly ManagedFieldsEntry[];

/** Who writes, and through which door. */
export interface Writer {
  readonly name: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource?: string;
}

/** Whether an entry is the writer's own. Who applies has one entry, whatever the version (Kubernetes rule). */
export function isOwnEntry(entry: ManagedFieldsEntry, writer: Writer): boolean {
  return (
    entry.manager === writer.name &&
    entry.operation === writer.operation &&
    (entry.subresource ?? "") === (writer.subresource ?? "") &&
    (writer.operation === "Apply" || entry.apiVersion === writer.apiVersion)
  );
}

export function ownerEntry(writer: Writer, fields: FieldSet, time: string): ManagedFieldsEntry {
  const { name, operation, apiVersion, subresource } = writer;
  return {
    manager: name,
    operation,
    apiVersion,
    time,
    fieldsType: "FieldsV1",
    fieldsV1: fields as Record<string, unknown>,
    ...(subresource !== undefined && { subresource }),
  };
}

export function fieldsOf({ fieldsV1 }: ManagedFieldsEntry): FieldSet {
  return (fieldsV1 ?? {}) as FieldSet;
}

/** The same entry with other fields; none when nothing is left. */
export function entryWith(entry: ManagedFieldsEntry, fields: FieldSet): Owners {
  if (isEmptySet(fields)) return [];
  return [fields === entry.fieldsV1 ? entry : { ...entry, fieldsV1: fields as Record<string, unknown> }];
}

/**
 * The owners with which a request begins. A caller may send them along: `[]` or one empty entry resets them; what
 * cannot be read counts as not sent, so that nobody destroys them who does not know them (Kubernetes rule).
 */
export function startingOwners(given: unknown, live: Owners): Owners {
  if (given === undefined || given === live || !Array.isArray(given)) return live;
  if (given.length === 0 || (given.length === 1 && isEqualJson(given[0], {}))) return [];
  return given.every(isReadable) ? given.map(readEntry) : live;
}

/** Whether both say the same, whenever they say that it happened. */
export function isSameOwnership(left: Owners, right: Owners): boolean {
  return (
    left === right ||
    (left.length === right.length &&
      left.every((entry, index) => isEqualJson({ ...entry, time: "" }, { ...right[index], time: "" })))
  );
}

/** In the order of the API: who applies before who updates, then by time and by name. */
export function sortedOwners(owners: Owners): Owners {
  return owners.toSorted(
    (left, right) =>
      compareTexts(left.operation, right.operation) ||
      compareTexts(left.time, right.time) ||
      compareTexts(left.manager, right.manager) ||
      compareTexts(left.apiVersion, right.apiVersion) ||
      compareTexts(left.subresource, right.subresource),
  );
}

/** Kubernetes' limit of entries by updates. */
const MOST_UPDATERS = 10;
const OLD_UPDATES = "ancient-changes";

/** With no more entries by updates than ten: the oldest of each version become one, named `ancient-changes`. */
export function cappedOwners(owners: Owners): Owners {
  const updates = owners.filter(({ operation }) => operation === "Update");
  let surplus = updates.length - MOST_UPDATERS;
  if (surplus <= 0) return owners;
  const oldestFirst = updates.toSorted(
    (left, right) => compareTexts(left.time, right.time) || compareTexts(left.manager, right.manager),
  );
  const buckets = new Map<string, ManagedFieldsEntry>();
  const taken = new Set<ManagedFieldsEntry>();
  for (const entry of oldestFirst) {
    if (surplus <= 0) break;
    const version = entry.apiVersion ?? "";
    const bucket = buckets.get(version);
    if (bucket !== undefined) surplus -= 1;
    taken.add(entry);
    buckets.set(version, bucket === undefined ? entry : mergedUpdates(bucket, entry));
  }
  return [...owners.filter((entry) => !taken.has(entry)), ...buckets.values()];
}

function mergedUpdates(bucket: ManagedFieldsEntry, entry: ManagedFieldsEntry): ManagedFieldsEntry {
  const fields = union(fieldsOf(bucket), fieldsOf(entry));
  const writer: Writer = { name: OLD_UPDATES, operation: "Update", apiVersion: entry.apiVersion ?? "" };
  return ownerEntry(writer, fields, entry.time ?? "");
}

function isReadable(entry: unknown): entry is ManagedFieldsEntry {
  if (!isJsonObject(entry)) return false;
  const {
    operation,
    apiVersion,
    fieldsType,
    fieldsV1 = {},
    manager = "",
    time = "",
    subresource = "",
  } = entry;
  const texts = [apiVersion, manager, time, subresource];
  return (
    (operation === "Apply" || operation === "Update") &&
    texts.every((text) => typeof text === "string") &&
    apiVersion !== "" &&
    fieldsType === "FieldsV1" &&
    isFieldSet(fieldsV1)
  );
}

/** An entry and nothing else that a caller may have put into it. */
function readEntry(entry: ManagedFieldsEntry): ManagedFieldsEntry {
  const { manager, operation, apiVersion, time, fieldsType, fieldsV1, subresource } = entry;
  const all = { manager, operation, apiVersion, time, fieldsType, fieldsV1, subresource };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function compareTexts(left = "", right = ""): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
