import { KubeError } from "../kube-error.ts";
import type { Json } from "../object.ts";
import { KUBE_SCHEMAS, type Schema } from "../schemas.ts";
import { isEqualJson } from "./merge-patch.ts";
import { orderedAsPatched } from "./patched-order.ts";

/**
 * Apply a strategic merge patch: like a merge patch, but lists merge by the keys that the kind's schema names, and
 * the directives `$patch`, `$setElementOrder/x`, `$deleteFromPrimitiveList/x` and `$retainKeys` are obeyed.
 * Neither input is changed.
 *
 * @param schema the kind's structural schema; its `$ref`s name definitions of `KUBE_SCHEMAS`
 * @throws KubeError `BadRequest` when a directive makes no sense, `Invalid` when the patch does not fit the object
 */
export function applyStrategicMergePatch(target: Json, patch: Json, schema: Schema): Json {
  if (!isObject(patch)) throw new KubeError("BadRequest", "Invalid JSON document");
  return mergedObject(isObject(target) ? target : {}, patch, schema);
}

type JsonObject = { readonly [key: string]: Json };

const PATCH = "$patch";
const RETAIN_KEYS = "$retainKeys";
const SET_ELEMENT_ORDER = "$setElementOrder/";
const DELETE_FROM_PRIMITIVE_LIST = "$deleteFromPrimitiveList/";

function mergedObject(target: JsonObject, patch: JsonObject, schema: Schema | undefined): JsonObject {
  const directive = patch[PATCH];
  if (directive === "delete") return {};
  if (directive === "replace") return withoutDirectives(patch) as JsonObject;
  if (directive !== undefined && directive !== "merge") throw unknownDirective(directive);

  const fields = new Map(Object.entries(retained(target, patch)));
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(DELETE_FROM_PRIMITIVE_LIST)) deleteFromList(fields, key, value);
    if (isDirective(key)) continue;
    if (value === null) fields.delete(key);
    else
      fields.set(
        key,
        mergedField(
          { target: fields.get(key), patch: value, order: orderOf(patch, key) },
          fieldSchema(schema, key),
        ),
      );
  }
  reorderUntouchedLists(fields, patch, schema);
  return Object.fromEntries(fields);
}

interface FieldMerge {
  readonly target: Json | undefined;
  readonly patch: Json;
  /** What `$setElementOrder` says of this list. */
  readonly order: readonly Json[] | undefined;
}

function mergedField({ target, patch, order }: FieldMerge, schema: Schema | undefined): Json {
  const strategies = schema?.["x-kubernetes-patch-strategy"]?.split(",") ?? [];
  if (isObject(patch) && isObject(target) && !strategies.includes("replace"))
    return mergedObject(target, patch, schema);
  if (isList(patch) && strategies.includes("merge")) {
    const list = isList(target) ? target : [];
    const mergeKey = schema?.["x-kubernetes-patch-merge-key"];
    return mergeKey === undefined
      ? mergedScalars(list, patch, order)
      : mergedItems(list, patch, { mergeKey, order, items: schema?.items });
  }
  return withoutDirectives(patch);
}

function mergedScalars(
  target: readonly Json[],
  patch: readonly Json[],
  order: readonly Json[] | undefined,
): readonly Json[] {
  const union = [...new Set([...target, ...patch])];
  return orderedAsPatched(union, { patchOrder: order ?? patch, liveOrder: target, keyOf: (item) => item });
}

interface ItemMerge {
  readonly mergeKey: string;
  readonly order: readonly Json[] | undefined;
  readonly items: Schema | undefined;
}

function mergedItems(
  target: readonly Json[],
  patch: readonly Json[],
  { mergeKey, order, items }: ItemMerge,
): readonly Json[] {
  const patches = patch.map((item) => keyedItem(item, mergeKey));
  if (patches.some((item) => item[PATCH] === "replace"))
    return patches.filter((item) => !(PATCH in item)).map(withoutDirectives);

  const deleted = patches.filter((item) => item[PATCH] === "delete").map((item) => item[mergeKey]);
  const kept = target.filter((item) => !deleted.some((key) => isEqualJson(key, keyIn(item, mergeKey))));
  const changes = patches.filter((item) => item[PATCH] !== "delete");
  const merged = changes.reduce<readonly Json[]>(
    (list, change) => withItem(list, change, { mergeKey, items }),
    kept,
  );
  return orderedAsPatched(merged, {
    patchOrder: (order ?? changes).map((item) => keyIn(item, mergeKey)),
    liveOrder: kept.map((item) => keyIn(item, mergeKey)),
    keyOf: (item) => keyIn(item, mergeKey),
  });
}

function withItem(
  list: readonly Json[],
  change: JsonObject,
  { mergeKey, items }: Pick<ItemMerge, "mergeKey" | "items">,
): readonly Json[] {
  const index = list.findIndex((item) => isEqualJson(keyIn(item, mergeKey), change[mergeKey]));
  const found = list[index];
  if (!isObject(found)) return [...list, withoutDirectives(change)];
  return list.with(index, mergedObject(found, change, resolved(items)));
}

/** An item of a patch for a keyed list: an object that names which item it is about. */
function keyedItem(item: Json, mergeKey: string): JsonObject {
  if (!isObject(item)) throw doesNotFit(`expected an object in a list that merges by ${mergeKey}`);
  const directive = item[PATCH];
  if (directive === "replace") return item;
  if (directive !== undefined && directive !== "delete" && directive !== "merge")
    throw unknownDirective(directive);
  if (item[mergeKey] === undefined)
    throw doesNotFit(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
  return item;
}

/** `$retainKeys` clears every field that it does not list: how a union changes its member. */
function retained(target: JsonObject, patch: JsonObject): JsonObject {
  const keys = patch[RETAIN_KEYS];
  if (keys === undefined) return target;
  if (!isList(keys)) throw badFormat("$retainKeys");
  const isForeign = ([key, value]: [string, Json]): boolean =>
    value !== null && !isDirective(key) && !keys.includes(key);
  if (Object.entries(patch).some(isForeign)) throw badFormat("$retainKeys");
  return Object.fromEntries(Object.entries(target).filter(([key]) => keys.includes(key)));
}

function deleteFromList(fields: Map<string, Json>, directive: string, values: Json): void {
  if (!isList(values)) throw badFormat("$deleteFromPrimitiveList");
  const key = directive.slice(DELETE_FROM_PRIMITIVE_LIST.length);
  const list = fields.get(key);
  if (isList(list))
    fields.set(
      key,
      list.filter((item) => !values.includes(item)),
    );
}

function orderOf(patch: JsonObject, key: string): readonly Json[] | undefined {
  const order = patch[`${SET_ELEMENT_ORDER}${key}`];
  if (order === undefined) return undefined;
  if (!isList(order)) throw badFormat("$setElementOrder");
  return order;
}

/** `$setElementOrder/x` also sorts a list that the patch does not change otherwise. */
function reorderUntouchedLists(
  fields: Map<string, Json>,
  patch: JsonObject,
  schema: Schema | undefined,
): void {
  for (const directive of Object.keys(patch)) {
    if (!directive.startsWith(SET_ELEMENT_ORDER)) continue;
    const key = directive.slice(SET_ELEMENT_ORDER.length);
    const list = fields.get(key);
    if (!isList(list) || patch[key] !== undefined) continue;
    const mergeKey = fieldSchema(schema, key)?.["x-kubernetes-patch-merge-key"];
    const keyOfItem = (item: Json): Json => (mergeKey === undefined ? item : keyIn(item, mergeKey));
    fields.set(
      key,
      orderedAsPatched(list, {
        patchOrder: (orderOf(patch, key) ?? []).map(keyOfItem),
        liveOrder: list.map(keyOfItem),
        keyOf: keyOfItem,
      }),
    );
  }
}

/** A value that is taken over whole: what only told how to merge it has no place in the object. */
function withoutDirectives(value: Json): Json {
  if (isList(value))
    return value.filter((item) => !(isObject(item) && item[PATCH] === "delete")).map(withoutDirectives);
  if (!isObject(value)) return value;
  const fields = Object.entries(value).filter(([key, each]) => !isDirective(key) && each !== null);
  return Object.fromEntries(fields.map(([key, each]) => [key, withoutDirectives(each)]));
}

function isDirective(key: string): boolean {
  return (
    key === PATCH ||
    key === RETAIN_KEYS ||
    key.startsWith(SET_ELEMENT_ORDER) ||
    key.startsWith(DELETE_FROM_PRIMITIVE_LIST)
  );
}

function fieldSchema(schema: Schema | undefined, key: string): Schema | undefined {
  const { properties, additionalProperties } = schema ?? {};
  if (properties && Object.hasOwn(properties, key)) return resolved(properties[key]);
  return typeof additionalProperties === "object" ? resolved(additionalProperties) : undefined;
}

/** A reference may carry extensions of its own: they belong to the field, the definition to its type. */
function resolved(schema: Schema | undefined): Schema | undefined {
  if (schema?.$ref === undefined) return schema;
  return { ...KUBE_SCHEMAS[schema.$ref], ...schema };
}

function keyIn(item: Json, mergeKey: string): Json {
  return isObject(item) ? (item[mergeKey] ?? null) : null;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function unknownDirective(directive: Json): KubeError {
  return new KubeError("BadRequest", `unknown patch type found: ${JSON.stringify(directive)}`);
}

function badFormat(directive: string): KubeError {
  return new KubeError("BadRequest", `invalid patch format of ${directive}`);
}

function doesNotFit(message: string): KubeError {
  return new KubeError("Invalid", message);
}
