import { KUBE_SCHEMAS, type Schema } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { builtinResources } from "../registry/builtin-resources.ts";
import { builtInMessageTypes, type MessageField } from "./message-table.ts";
import { SPECIAL_MESSAGES } from "./special-messages.ts";

const types = await builtInMessageTypes();

describe("the table of messages", () => {
  it("has every built-in kind but those whose descriptors no client carries", () => {
    const missing = builtinResources()
      .filter(
        ({ group, version, kind }) => !types.messageOf([group, version].filter(Boolean).join("/"), kind),
      )
      .map(({ kind }) => kind);
    expect(missing).toEqual(["APIService"]);
  });

  it("names no field that the kind's schema lacks: strict validation would refuse what kubectl sends", () => {
    const strangers = builtinResources().flatMap(({ group, version, kind, schema }) => {
      const message = types.messageOf([group, version].filter(Boolean).join("/"), kind);
      return message === undefined ? [] : unknownFields(message, schema, new Set());
    });
    expect([...new Set(strangers)]).toEqual([]);
  });

  it("is complete: every message that a field names is there", () => {
    for (const { group, version, kind } of builtinResources()) {
      const message = types.messageOf([group, version].filter(Boolean).join("/"), kind);
      if (message !== undefined) expect(() => visit(message, new Set())).not.toThrow();
    }
  });
});

function visit(message: string, seen: Set<string>): void {
  if (seen.has(message)) return;
  seen.add(message);
  for (const { type } of types.fieldsOf(message).values()) if (isMessage(type)) visit(type, seen);
}

function unknownFields(message: string, schema: Schema, seen: Set<string>): readonly string[] {
  if (message in SPECIAL_MESSAGES || schema["x-kubernetes-preserve-unknown-fields"] || seen.has(message))
    return [];
  seen.add(message);
  return [...types.fieldsOf(message).values()].flatMap((field) => {
    if (field.mode === "inline") return unknownFields(field.type, schema, new Set(seen));
    const property = schema.properties?.[field.name];
    if (!property) return [`${message}.${field.name}`];
    return isMessage(field.type) ? unknownFields(field.type, valueSchema(field, property), seen) : [];
  });
}

/** Of one item, or of one value of a map. */
function valueSchema({ mode }: MessageField, property: Schema): Schema {
  const schema = resolved(property);
  if (mode === "list") return resolved(schema.items ?? {});
  if (mode !== "map") return schema;
  return typeof schema.additionalProperties === "object" ? resolved(schema.additionalProperties) : {};
}

function resolved(schema: Schema): Schema {
  const { $ref, allOf = [] } = schema;
  const reference = $ref ?? allOf.find((each) => each.$ref)?.$ref;
  return reference === undefined ? schema : (KUBE_SCHEMAS[reference.split("/").at(-1) ?? ""] ?? schema);
}

function isMessage(type: string): boolean {
  return type.includes(".");
}
