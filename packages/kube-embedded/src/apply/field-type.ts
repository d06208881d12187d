import type { Schema } from "@heliostat/kube";
import { ownMember } from "../schema/json-value.ts";
import { keepsUnknownMembers, type SchemaScope } from "../schema/schema-scope.ts";
import { type ListKey, memberElement } from "./path-element.ts";

/** How ownership looks at the values of one schema: as one field, or as fields within fields. */
export interface FieldType {
  /** Whether a map or struct is owned as one. */
  readonly isAtomicMap: boolean;
  /** A list is owned as one, as a set of scalars, or as items told apart by `keys`. */
  readonly listType: "atomic" | "set" | "map";
  /** In the order of their names. */
  readonly keys: readonly ListKey[];
  /** What is known of a member; `undefined`: the schema does not have it. */
  member(name: string): MemberType | undefined;
  /** The type of a list's items. */
  items(): FieldType;
}

export interface MemberType {
  /** `f:replicas` */
  readonly element: string;
  readonly type: FieldType;
  /** Whether the schema names it: a field of a struct, not an entry of a map. */
  readonly isNamed: boolean;
  /** Whether the object has it even when its author left it out (a struct that Go always writes). */
  readonly isAlwaysThere: boolean;
}

/** A member as the schema has it, or as its value shows it: for objects that come from our own store. */
export function knownMember(type: FieldType, name: string): MemberType {
  return type.member(name) ?? deducedMember(name);
}

/** Where no schema says more, the value does: maps are owned member by member, lists as one (Kubernetes rule). */
const DEDUCED: FieldType = {
  isAtomicMap: false,
  listType: "atomic",
  keys: [],
  member: deducedMember,
  items: () => DEDUCED,
};

/** Makes the field types of schemas, each at the first value that reaches it. */
export class FieldTypes {
  readonly #scope: SchemaScope;
  readonly #bySchema = new WeakMap<Schema, FieldType>();

  constructor(scope: SchemaScope) {
    this.#scope = scope;
  }

  of(schema: Schema): FieldType {
    const resolved = this.#scope.resolve(schema);
    const known = this.#bySchema.get(resolved);
    if (known !== undefined) return known;
    const fresh = this.#made(resolved);
    this.#bySchema.set(resolved, fresh);
    return fresh;
  }

  #made(schema: Schema): FieldType {
    const { items } = schema;
    return {
      isAtomicMap: schema["x-kubernetes-map-type"] === "atomic",
      listType: schema["x-kubernetes-list-type"] ?? "atomic",
      keys: this.#keys(schema),
      member: this.#members(schema),
      items: () => (items === undefined ? DEDUCED : this.of(items)),
    };
  }

  #keys(schema: Schema): readonly ListKey[] {
    const names = schema["x-kubernetes-list-map-keys"] ?? [];
    if (names.length === 0 || schema.items === undefined) return [];
    const { properties } = this.#scope.resolve(schema.items);
    return names.toSorted().map((name) => ({ name, default: ownMember(properties, name)?.default }));
  }

  #members(schema: Schema): FieldType["member"] {
    const { properties } = schema;
    const entry = this.#entries(schema);
    if (properties === undefined) return entry;
    const named = new Map<string, MemberType>();
    return (name) => {
      const known = named.get(name);
      if (known !== undefined) return known;
      const property = ownMember(properties, name);
      if (property === undefined) return entry(name);
      const member = {
        element: memberElement(name),
        type: this.of(property),
        isNamed: true,
        isAlwaysThere: !this.#scope.isCustom && isAlwaysWritten(schema, name),
      };
      named.set(name, member);
      return member;
    };
  }

  #entries(schema: Schema): FieldType["member"] {
    const further = schema.additionalProperties;
    if (typeof further === "object") return entryOf(() => this.of(further));
    const isOpen = keepsUnknownMembers(schema) || isUntyped(schema) || this.#isUntypedBuiltIn(schema);
    return isOpen ? deducedMember : () => undefined;
  }

  /** A built-in `object` of which no more is said holds anything (RawExtension and its like). */
  #isUntypedBuiltIn({ type, properties }: Schema): boolean {
    return !this.#scope.isCustom && type === "object" && properties === undefined;
  }
}

/**
 * Structs that Go holds by value: an object of a built-in kind has them from the start, so nobody comes to own them by
 * writing something into them.
 */
const VALUE_STRUCTS: ReadonlySet<string> = new Set([
  ...["metadata", "spec", "status", "template", "jobTemplate", "strategy", "updateStrategy", "resources"],
  ...["names", "backend", "loadBalancer", "daemonEndpoints", "nodeInfo"],
]);

function isAlwaysWritten({ required = [] }: Schema, name: string): boolean {
  return VALUE_STRUCTS.has(name) || required.includes(name);
}

function isUntyped({ type, properties, items }: Schema): boolean {
  return type === undefined && properties === undefined && items === undefined;
}

function deducedMember(name: string): MemberType {
  return { element: memberElement(name), type: DEDUCED, isNamed: false, isAlwaysThere: false };
}

function entryOf(type: () => FieldType): (name: string) => MemberType {
  return (name) => ({ element: memberElement(name), type: type(), isNamed: false, isAlwaysThere: false });
}
