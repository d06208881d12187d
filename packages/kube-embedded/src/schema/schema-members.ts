import type { Schema } from "@heliostat/kube";
import { ownMember } from "./json-value.ts";

/** What a schema says of one member. */
interface SchemaMember {
  readonly schema: Schema;
  /** Whether the schema names it: otherwise it is one of the further members, that all have one schema. */
  readonly isNamed: boolean;
  /** `string` or `boolean`, where a value of that type is right whatever it says; `""` of every other. */
  readonly plainType: string;
}

/** The members of one schema. Every object that is written is asked for all of its own, several times. */
export interface SchemaMembers {
  /** `undefined`: nothing is known of it. */
  find(name: string): SchemaMember | undefined;
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

function foundMembers({ properties, additionalProperties }: Schema): SchemaMembers {
  const named = new Map<string, SchemaMember>();
  const further =
    typeof additionalProperties === "object" ? memberOf(additionalProperties, false) : undefined;
  return {
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
  return { schema, isNamed, plainType: plainTypeOf(schema) };
}

/** The type of a schema that says no more than that; `""` of every other. */
export function plainTypeOf(schema: Schema): string {
  if (schema.type !== "string" && schema.type !== "boolean") return "";
  return Object.keys(schema).every((keyword) => SILENT.has(keyword)) ? schema.type : "";
}

/** Keywords that ask nothing of a value that is a text or a flag. */
const SILENT: ReadonlySet<string> = new Set([
  "type",
  "description",
  "default",
  "nullable",
  "example",
  "title",
]);
