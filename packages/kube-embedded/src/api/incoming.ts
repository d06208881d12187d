import { apiVersionOf, type Json, type KubeError, type KubeObject, type ObjectMeta } from "@heliostat/kube";
import type { ServedResource } from "../registry/served-resource.ts";
import { mapItems, mapMembers } from "../schema/json-value.ts";
import type { ApiGround } from "./api-ground.ts";
import type { Caller, Target } from "./kube-api.ts";
import { surveyed } from "./nesting.ts";
import { badRequest, unreadablePatch } from "./refusals.ts";

type JsonObject = { readonly [key: string]: Json };

/**
 * The object that a request's body is, in the version, kind and namespace that its URL says.
 *
 * @throws KubeError `BadRequest` when the body is no object, or contradicts the URL
 */
export function incomingObject(target: Target, body: Json): KubeObject {
  if (!isObject(body)) throw badRequest("the body of the request must be an object");
  const { hasNulls } = surveyed(body);
  const { resource } = target;
  // Whether a custom kind allows null is for its schema to say.
  const { metadata, ...content } = body;
  const {
    apiVersion = "",
    kind = "",
    ...rest
  } = (resource.isCustom || !hasNulls ? content : withoutNulls(content)) as JsonObject;
  return {
    apiVersion: expected("API version", apiVersion, apiVersionOf(resource)),
    kind: expected("kind", kind, resource.kind) as KubeObject["kind"],
    metadata: placed(
      target,
      checkedMetadata(resource, hasNulls ? withoutNulls(metadata ?? {}) : (metadata ?? {})),
    ),
    ...rest,
  };
}

/** Without the fields that the kind does not have, and with those that it defaults by schema. */
export function shapedObject(
  { schemaOf }: ApiGround,
  resource: ServedResource,
  { object, caller, isPatched = false }: Shaping,
): KubeObject {
  const schema = schemaOf(resource);
  const pruned = schema.prune(object);
  if (pruned.unknownFields.length > 0) {
    const texts = pruned.unknownFields.map((field) => `unknown field "${field}"`);
    const { fieldValidation = "Warn", warn } = caller;
    if (fieldValidation === "Warn") for (const text of texts) warn?.(text);
    if (fieldValidation === "Strict") {
      const why = `strict decoding error: ${texts.join(", ")}`;
      throw isPatched ? unreadablePatch(object, why) : badRequest(why);
    }
  }
  return schema.withDefaults(pruned.object);
}

interface Shaping {
  readonly object: KubeObject;
  readonly caller: Caller;
  /** Whether it is what a patch made of another object: refusals then speak of the patch. @default false */
  readonly isPatched?: boolean;
}

function expected(what: string, actual: Json, wanted: string): string {
  if (actual === "" || actual === wanted) return wanted;
  throw badRequest(
    `the ${what} in the data (${String(actual)}) does not match the expected ${what} (${wanted})`,
  );
}

function placed({ resource, namespace = "" }: Target, metadata: ObjectMeta): ObjectMeta {
  const { namespace: own = "", ...rest } = metadata;
  if (!resource.isNamespaced) return rest;
  if (own !== "" && own !== namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  return { ...rest, namespace };
}

const TEXTS = [
  "name",
  "generateName",
  "namespace",
  "uid",
  "resourceVersion",
  "creationTimestamp",
  "deletionTimestamp",
] as const;

const SHAPES: readonly (readonly [field: string, wanted: string, accepts: (value: Json) => boolean])[] = [
  ...TEXTS.map((field) => [field, "string", isText] as const),
  ["labels", "map[string]string", isStringMap],
  ["annotations", "map[string]string", isStringMap],
  ["finalizers", "[]string", (value) => isListOf(value, isText)],
  ["ownerReferences", "[]v1.OwnerReference", (value) => isListOf(value, isObject)],
  ["managedFields", "[]v1.ManagedFieldsEntry", (value) => isListOf(value, isObject)],
];

/** Go refuses metadata of another shape while decoding; what comes after may trust it. */
function checkedMetadata(resource: ServedResource, metadata: Json): ObjectMeta {
  if (!isObject(metadata)) throw undecodable(resource, "metadata of type v1.ObjectMeta");
  for (const [field, wanted, accepts] of SHAPES) {
    const value = metadata[field];
    if (value !== undefined && !accepts(value))
      throw undecodable(resource, `ObjectMeta.metadata.${field} of type ${wanted}`);
  }
  const { selfLink: _, ...kept } = metadata;
  return { name: "", ...kept } as unknown as ObjectMeta;
}

function undecodable({ kind, version }: ServedResource, where: string): KubeError {
  return badRequest(
    `${kind} in version "${version}" cannot be handled as a ${kind}: json: cannot unmarshal into Go struct field ${where}`,
  );
}

/**
 * Go clients write `null` for what they leave out; members that are null are members that are not there. What is
 * frozen comes from the store, as most of a patched object does, and has none.
 */
function withoutNulls(value: Json): Json {
  if (Object.isFrozen(value)) return value;
  if (Array.isArray(value)) return mapItems(value, (item) => withoutNulls(item as Json)) as readonly Json[];
  if (!isObject(value)) return value;
  return mapMembers(value, (each) => (each === null ? undefined : withoutNulls(each as Json))) as JsonObject;
}

function isText(value: Json): boolean {
  return typeof value === "string";
}

function isStringMap(value: Json): boolean {
  return isObject(value) && Object.values(value).every((each) => typeof each === "string");
}

function isListOf(value: Json, accepts: (item: Json) => boolean): boolean {
  return Array.isArray(value) && value.every(accepts);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
