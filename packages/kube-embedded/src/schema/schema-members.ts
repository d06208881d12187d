import type { Schema } from "@heliostat/kube";
import { ownMember } from "./json-value.ts";

/** What a schema says of one member, or of the items of a list. */
interface SchemaMember {
  readonly schema: Schema;
  /** Whether the schema names it: otherwise it is one of the further members, that all have one schema. */
  readonly isNamed: boolean;
  /** Whether the value is right at a glance: true of nearly all texts and flags, and false where one has to look. */
  isPlainlyValid(value: unknown): boolean;
}

/** The members of one schema. Every object that is written is asked for all of its own, several times. */
export interface SchemaMembers {
  /** `undefined`: nothing is known of it. */
  find(name: string): SchemaMember | undefined;
  /** `undefined`: it is no list, or one of anything. */
  readonly items: SchemaMember | undefined;
}

/** Found at their first use, kept as long as the schema. */
export function membersOf(schema: Schema): SchemaMembers {
  const known = members.get(schema);
  if (known !== undefined) return known;
  const found = foundMembers(schema);
  members.set(schema, found);
  return found;
}

/** The schema of the member `name`: its own, else that of all further members. `undefined`: nothing is known of it. */
export function memberSchema(schema: Schema, name: string): Schema | undefined {
  return membersOf(schema).find(name)?.schema;
}

const members = new WeakMap<Schema, SchemaMembers>();

function foundMembers({ properties, additionalProperties, items }: Schema): SchemaMembers {
  const named = new Map<string, SchemaMember>();
  const further =
    typeof additionalProperties === "object" ? memberOf(additionalProperties, false) : undefined;
  return {
    items: items && memberOf(items, false),
    find(name) {
      const known = named.get(name);
      if (known !== undefined) return known;
      const own = ownMember(properties, name);
      if (own === undefined) return further;
      const member = memberOf(own, true);
      named.set(name, member);
      return member;
    },
  };
}

function memberOf(schema: Schema, isNamed: boolean): SchemaMember {
  const plainType = plainTypeOf(schema);
  const mayBeEmpty = schema.minLength === undefined;
  return {
    schema,
    isNamed,
    isPlainlyValid: (value) => plainType !== "" && typeof value === plainType && (value !== "" || mayBeEmpty),
  };
}

/** The type of a schema that says no more than that, but that a text is not empty; `""` of every other. */
function plainTypeOf(schema: Schema): string {
  const { type, minLength = 0 } = schema;
  if ((type !== "string" && type !== "boolean") || minLength > 1) return "";
  return Object.keys(schema).every((keyword) => SILENT.has(keyword)) ? type : "";
}

/** Keywords that ask nothing of a value that is a text or a flag, or no more than one character. */
const SILENT: ReadonlySet<string> = new Set([
  "type",
  "description",
  "default",
  "nullable",
  "example",
  "title",
  "minLength",
]);
