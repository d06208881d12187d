import type { Schema } from "./schemas.ts";

/** What a pod or service template may say of its metadata; the API server prunes the rest (KubeRay's CRDs too). */
const TEMPLATE_METADATA: Schema = {
  type: "object",
  properties: {
    annotations: { type: "object", additionalProperties: { type: "string" } },
    finalizers: { type: "array", items: { type: "string" } },
    labels: { type: "object", additionalProperties: { type: "string" } },
    name: { type: "string" },
    namespace: { type: "string" },
  },
};

/** What the schemas of built-in kinds have and a CRD must not. */
const BUILT_IN_ONLY: readonly string[] = [
  "x-kubernetes-group-version-kind",
  "x-kubernetes-patch-merge-key",
  "x-kubernetes-patch-strategy",
];

/**
 * Puts schemas with `$ref` together into structural ones, as a CRD needs them (Kubernetes: no `$ref` in a CRD).
 *
 * Each definition is put together once, on first use, and then shared. What stands beside a `$ref` is added to it,
 * and wins.
 *
 * @returns the function that does it for one schema. It throws for a name that is not defined, and for a definition
 * that contains itself.
 */
export function structuralSchemas(definitions: Readonly<Record<string, Schema>>): (schema: Schema) => Schema {
  const done = new Map<string, Schema>([["ObjectMeta", TEMPLATE_METADATA]]);
  const begun = new Set<string>();

  function definition(name: string): Schema {
    const known = done.get(name);
    if (known) return known;
    const schema = definitions[name];
    if (!schema) throw new Error(`Cannot make a structural schema: "${name}" is not defined`);
    if (begun.has(name)) throw new Error(`Cannot make a structural schema: "${name}" contains itself`);
    begun.add(name);
    const made = structural(schema);
    done.set(name, made);
    return made;
  }

  function structural({ $ref, ...schema }: Schema): Schema {
    const { properties, items, additionalProperties } = schema;
    const own: Schema = {
      ...schema,
      ...(properties && { properties: mapValues(properties, structural) }),
      ...(items && { items: structural(items) }),
      ...(typeof additionalProperties === "object" && {
        additionalProperties: structural(additionalProperties),
      }),
    };
    if ($ref === undefined) return withoutBuiltInOnly(own);
    return Object.keys(own).length === 0 ? definition($ref) : { ...definition($ref), ...own };
  }

  return structural;
}

function mapValues(
  record: Readonly<Record<string, Schema>>,
  change: (schema: Schema) => Schema,
): Readonly<Record<string, Schema>> {
  return Object.fromEntries(Object.entries(record).map(([key, schema]) => [key, change(schema)]));
}

function withoutBuiltInOnly(schema: Schema): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !BUILT_IN_ONLY.includes(key)));
}
