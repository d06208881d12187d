import type { Schema } from "@heliostat/kube";
import { constrained } from "./built-in-constraints.ts";
import { OWN_FORMATS } from "./formats.ts";
import { ownMember } from "./json-value.ts";

/** The definitions among which a schema is read. */
export interface SchemaScope {
  /** Whether the schema belongs to a CustomResourceDefinition: a few rules differ from those of built-in kinds. */
  readonly isCustom: boolean;
  /** What really stands at a place: references followed, embedded resources given their metadata. */
  resolve(schema: Schema): Schema;
}

/**
 * A scope over `definitions`. References are followed when they are met, so nothing is expanded that no object uses,
 * and each definition and each embedded resource is prepared once.
 */
export function schemaScope(definitions: Readonly<Record<string, Schema>>, isCustom: boolean): SchemaScope {
  const resolved = new Map<string, Schema>();
  const embedded = new WeakMap<Schema, Schema>();
  return { isCustom, resolve };

  function resolve(schema: Schema): Schema {
    if (schema.$ref !== undefined) return definition(schema.$ref);
    return schema["x-kubernetes-embedded-resource"] === true ? embeddedResource(schema) : schema;
  }

  function definition(name: string): Schema {
    const known = resolved.get(name);
    if (known !== undefined) return known;
    const found = ownMember(definitions, name);
    if (found === undefined) throw new Error(`Cannot resolve schema: no definition is named "${name}"`);
    const prepared = constrained(name, found);
    resolved.set(name, prepared);
    return prepared;
  }

  function embeddedResource(schema: Schema): Schema {
    const known = embedded.get(schema);
    if (known !== undefined) return known;
    const prepared = resourceSchema(schema);
    embedded.set(schema, prepared);
    return prepared;
  }
}

/**
 * The schema of a whole object: `apiVersion`, `kind` and `metadata` are implied (Kubernetes convention), and what the
 * author says about `metadata` comes on top of the rules that all metadata keeps.
 */
export function resourceSchema(schema: Schema): Schema {
  const { "x-kubernetes-embedded-resource": isEmbedded, ...rest } = schema;
  const { metadata, ...properties } = rest.properties ?? {};
  const implied = {
    apiVersion: { type: "string" },
    kind: { type: "string", ...(isEmbedded && { format: OWN_FORMATS.kind }) },
    metadata: { $ref: "ObjectMeta" },
  };
  const onTop = metadata?.properties ? [{ properties: { metadata } }] : [];
  const required = isEmbedded
    ? { required: [...new Set([...(rest.required ?? []), "apiVersion", "kind"])] }
    : {};
  return {
    ...rest,
    ...required,
    type: "object",
    properties: { ...properties, ...implied },
    ...(onTop.length > 0 && { allOf: [...(rest.allOf ?? []), ...onTop] }),
  };
}

/** Whether members that the schema does not name are kept as they are, whatever is in them. */
export function keepsUnknownMembers(schema: Schema): boolean {
  return schema["x-kubernetes-preserve-unknown-fields"] === true || schema.additionalProperties === true;
}
