import type { Schema } from "@heliostat/kube";
import { celName } from "../cel-value.ts";

export type TypeKind =
  | "bool"
  | "bytes"
  | "double"
  | "duration"
  | "dyn"
  | "int"
  | "list"
  | "map"
  | "object"
  | "string"
  | "timestamp";

/** A place in a schema, as costs are reckoned by it. */
export interface DeclaredType {
  readonly kind: TypeKind;
  /** The most items, entries or bytes that a value may have; 0 of what is no text, list or map. */
  readonly maxElements: number;
  /** The fewest bytes that a value takes in a request. */
  readonly minBytes: number;
  /** Of lists and maps. */
  readonly element?: DeclaredType;
  /** Of maps. */
  readonly key?: DeclaredType;
  /** Of objects, by the names under which CEL knows them. */
  readonly fields?: ReadonlyMap<string, DeclaredType>;
}

/** The largest request: what nothing else bounds, this does (Kubernetes rule). */
export const REQUEST_BYTES: number = 3 * 1024 * 1024;

const TEXT: DeclaredType = { kind: "string", maxElements: REQUEST_BYTES - 2, minBytes: 2 };
/** A key of a map: Kubernetes reckons it as nothing. */
const KEY: DeclaredType = { kind: "string", maxElements: 0, minBytes: 2 };

const known = new WeakMap<Schema, DeclaredType | null>();

/** What a schema declares; `undefined` where rules cannot look (Kubernetes rule: what has no full schema). */
export function declaredType(
  schema: Schema,
  isResource: boolean = isEmbedded(schema),
): DeclaredType | undefined {
  if (isResource) return objectType(withMetadata(schema));
  const found = known.get(schema);
  if (found !== undefined) return found ?? undefined;
  const fresh = freshType(schema);
  known.set(schema, fresh ?? null);
  return fresh;
}

function isEmbedded(schema: Schema): boolean {
  return schema["x-kubernetes-embedded-resource"] === true;
}

/** What every whole object has, whether its schema says so or not. */
function withMetadata(schema: Schema): Schema {
  const text = { type: "string" };
  const metadata = { type: "object", properties: { name: text, generateName: text } };
  return { ...schema, properties: { ...schema.properties, apiVersion: text, kind: text, metadata } };
}

function freshType(schema: Schema): DeclaredType | undefined {
  if (schema["x-kubernetes-int-or-string"] === true) {
    return { kind: "dyn", maxElements: longestText(schema), minBytes: 1 };
  }
  switch (schema.type) {
    case "array":
      return listType(schema);
    case "object":
      return typeof schema.additionalProperties === "object" ? mapType(schema) : objectType(schema);
    case "string":
      return textType(schema);
    case "boolean":
      return { kind: "bool", maxElements: 0, minBytes: 4 };
    case "number":
      return { kind: "double", maxElements: 0, minBytes: 1 };
    case "integer":
      return { kind: "int", maxElements: 0, minBytes: 1 };
    default:
      return undefined;
  }
}

function listType({ items, maxItems }: Schema): DeclaredType | undefined {
  const element = items === undefined ? undefined : declaredType(items);
  if (element === undefined) return undefined;
  const most = maxItems ?? Math.floor((REQUEST_BYTES - 2) / (element.minBytes + 1));
  return { kind: "list", maxElements: most, minBytes: 2, element };
}

function mapType({ additionalProperties, maxProperties }: Schema): DeclaredType | undefined {
  const element = declaredType(additionalProperties as Schema);
  if (element === undefined) return undefined;
  // An entry is at least two quotes, a letter, a colon, a comma and its value.
  const most = maxProperties ?? Math.floor((REQUEST_BYTES - 2) / (element.minBytes + 6));
  return { kind: "map", maxElements: most, minBytes: 2, element, key: KEY };
}

function objectType({ properties = {}, required = [] }: Schema): DeclaredType {
  const fields = new Map<string, DeclaredType>();
  let minBytes = 2;
  for (const [name, property] of Object.entries(properties)) {
    const type = declaredType(property);
    if (type === undefined) continue;
    fields.set(celName(name), type);
    const isSent = required.includes(name) && property.default === undefined;
    if (isSent) minBytes += name.length + type.minBytes + 4;
  }
  return { kind: "object", maxElements: 0, minBytes, fields };
}

function textType(schema: Schema): DeclaredType {
  switch (schema.format) {
    case "byte":
      return { kind: "bytes", maxElements: schema.maxLength ?? TEXT.maxElements, minBytes: 2 };
    case "duration":
      return { kind: "duration", maxElements: 32, minBytes: 3 };
    case "date":
      return { kind: "timestamp", maxElements: 12, minBytes: 12 };
    case "date-time":
      return { kind: "timestamp", maxElements: 32, minBytes: 21 };
    default:
      return { kind: "string", maxElements: longestText(schema), minBytes: 2 };
  }
}

/** In bytes: a character has up to four. */
function longestText({ maxLength, enum: values = [] }: Schema): number {
  if (maxLength !== undefined) return maxLength * 4;
  const lengths = values.map((value) => (typeof value === "string" ? Buffer.byteLength(value) : 0));
  return lengths.length > 0 ? Math.max(...lengths) : TEXT.maxElements;
}
