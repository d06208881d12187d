import {
  type DescField,
  type DescMessage,
  fromJson,
  fromJsonString,
  type JsonValue,
  type Message,
  toJson,
} from "@bufbuild/protobuf";
import { ValueSchema } from "@bufbuild/protobuf/wkt";

/** `enableInTreeAutoscaling` and `enable_in_tree_autoscaling` are `enable_in_tree_autoscaling`. */
export function snakeCase(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}

/**
 * Read JSON for a message in any spelling that v1alpha2 ever had: camel case, snake case, and names by which its
 * servers knew a field.
 *
 * @throws Error for a field in two spellings, and wherever protobuf's JSON is not satisfied
 */
export function anySpellingJson(schema: DescMessage, text: string): Message {
  // A generic value first: its parser is the one that notices a name twice.
  const json = toJson(ValueSchema, fromJsonString(ValueSchema, text));
  return fromJson(schema, respelled(schema, json), { ignoreUnknownFields: true });
}

function respelled(schema: DescMessage, json: JsonValue): JsonValue {
  if (!isObject(json)) return json;
  const known = spellingsOf(schema);
  const result: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(json)) {
    const field = known.get(plain(name));
    if (field === undefined) continue;
    if (Object.hasOwn(result, field.jsonName)) throw new Error(`field "${name}" is there in two spellings`);
    result[field.jsonName] = respelledField(field, value);
  }
  return result;
}

function respelledField(field: DescField, value: JsonValue): JsonValue {
  const { message } = field;
  if (message === undefined) return value;
  if (Array.isArray(value)) return value.map((element) => respelled(message, element));
  if (field.fieldKind !== "map" || !isObject(value)) return respelled(message, value);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, respelled(message, each)]));
}

const SPELLINGS = new WeakMap<DescMessage, ReadonlyMap<string, DescField>>();

/** Fields by their names without case and underscores. */
function spellingsOf(schema: DescMessage): ReadonlyMap<string, DescField> {
  const known = SPELLINGS.get(schema);
  if (known !== undefined) return known;
  const made = new Map(
    schema.fields.flatMap(
      (field) =>
        [
          [plain(field.name), field],
          [plain(field.jsonName), field],
        ] as const,
    ),
  );
  SPELLINGS.set(schema, made);
  return made;
}

function plain(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}

function isObject(json: JsonValue): json is { [key: string]: JsonValue } {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
