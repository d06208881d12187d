import type { JsonPatchOperation } from "../client.ts";
import { KubeError } from "../kube-error.ts";
import type { Json } from "../object.ts";
import { isEqualJson } from "./merge-patch.ts";

/**
 * Apply a JSON Patch as Kubernetes' API server does (evanphx/json-patch v4), which is more lenient than RFC 6902:
 * `replace` of an absent member adds it, `test` for null holds where nothing is, negative indices count from the end.
 * `remove` and `move` of an absent member fail. The input is not changed.
 *
 * @throws KubeError `Invalid` when an operation does not apply, `BadRequest` when it is none
 */
export function applyJsonPatch(document: Json, operations: readonly JsonPatchOperation[]): Json {
  return operations.reduce(applyOperation, document);
}

type JsonObject = { readonly [key: string]: Json };
type Container = JsonObject | readonly Json[];

function applyOperation(document: Json, operation: JsonPatchOperation): Json {
  const { op, path, value = null } = operation;
  if (typeof path !== "string") throw new KubeError("BadRequest", "operation missing path field");
  switch (op) {
    case "add":
      return within(document, path, "add", (container, key) => added(container, key, value));
    case "remove":
      return within(document, path, "remove", removed);
    case "replace":
      return within(document, path, "replace", (container, key) => replaced(container, key, value));
    case "test":
      return tested(document, path, value);
    case "copy":
      return within(document, path, "copy", (container, key) => {
        return added(container, key, valueAt(document, fromOf(operation), "copy") ?? null);
      });
    case "move":
      return moved(document, operation);
    default:
      throw doesNotApply(`Unexpected kind: ${String(op)}`);
  }
}

function moved(document: Json, operation: JsonPatchOperation): Json {
  const from = fromOf(operation);
  const value = valueAt(document, from, "move") ?? null;
  const rest = within(document, from, "move", removed);
  return within(rest, operation.path, "move", (container, key) => added(container, key, value));
}

function tested(document: Json, path: string, expected: Json): Json {
  const actual = valueAt(document, path, "test") ?? null;
  if (!isEqualJson(actual, expected)) throw doesNotApply(`testing value ${path} failed: test failed`);
  return document;
}

function fromOf({ op, from }: JsonPatchOperation): string {
  if (typeof from !== "string") throw new KubeError("BadRequest", `${op} operation, missing from field`);
  return from;
}

/** The value that `path` names; `undefined` for a member that its object does not have. */
function valueAt(document: Json, path: string, op: string): Json | undefined {
  let found: Json | undefined;
  within(document, path, op, (container, key) => {
    found = member(container, key);
    return container;
  });
  return found;
}

/** A document in which `change` has replaced the container of the value that `path` names; the rest is shared. */
function within(
  document: Json,
  path: string,
  ...[op, change]: [op: string, change: (container: Container, key: string) => Container]
): Json {
  const [root, ...keys] = path.split("/").map(unescaped);
  const last = keys.pop();
  const missing = doesNotApply(
    `${op} operation does not apply: doc is missing path: "${path}": missing value`,
  );
  if (root !== "" || last === undefined) throw missing;
  return descend(document, keys);

  function descend(at: Json | undefined, rest: readonly string[]): Container {
    if (!isContainer(at)) throw missing;
    const [key, ...deeper] = rest;
    if (key === undefined) return change(at, last ?? "");
    const child = member(at, key);
    const next = descend(child, deeper);
    return next === child ? at : withMember(at, key, next);
  }
}

function member(container: Container, key: string): Json | undefined {
  if (isList(container)) return container[existingIndex(container, key)];
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

function withMember(container: Container, key: string, value: Json): Container {
  if (isList(container)) return container.with(existingIndex(container, key), value);
  return withOwn(container, key, value);
}

function added(container: Container, key: string, value: Json): Container {
  if (!isList(container)) return withOwn(container, key, value);
  const end = container.length;
  return container.toSpliced(key === "-" ? end : indexBelow(end + 1, key), 0, value);
}

function replaced(container: Container, key: string, value: Json): Container {
  return withMember(container, key, value);
}

function removed(container: Container, key: string): Container {
  if (isList(container)) return container.toSpliced(existingIndex(container, key), 1);
  if (!Object.hasOwn(container, key))
    throw doesNotApply(`Unable to remove nonexistent key: ${key}: missing value`);
  return Object.fromEntries(Object.entries(container).filter(([each]) => each !== key));
}

/** A computed key makes an own property even of `__proto__`, so that no patch reaches a prototype. */
function withOwn(container: JsonObject, key: string, value: Json): JsonObject {
  return { ...container, [key]: value };
}

function existingIndex(list: readonly Json[], key: string): number {
  return indexBelow(list.length, key);
}

function indexBelow(length: number, key: string): number {
  if (!/^[+-]?\d+$/.test(key)) throw doesNotApply(`value was not a proper array index: '${key}'`);
  const index = Number(key);
  if (index >= length || index < -length)
    throw doesNotApply(`Unable to access invalid index: ${key}: invalid index referenced`);
  return index < 0 ? index + length : index;
}

function unescaped(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}

function isContainer(value: Json | undefined): value is Container {
  return typeof value === "object" && value !== null;
}

function isList(container: Container): container is readonly Json[] {
  return Array.isArray(container);
}

function doesNotApply(message: string): KubeError {
  return new KubeError("Invalid", message);
}
