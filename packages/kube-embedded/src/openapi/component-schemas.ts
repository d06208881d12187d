import { KUBE_SCHEMAS, type Schema } from "@heliostat/kube";
import type { ServedResource } from "../registry/served-resource.ts";

export type ComponentSchemas = Readonly<Record<string, unknown>>;

const PREFIX = "#/components/schemas/";

const LIST_META: Schema = {
  type: "object",
  properties: {
    continue: { type: "string" },
    remainingItemCount: { type: "integer", format: "int64" },
    resourceVersion: { type: "string" },
    selfLink: { type: "string" },
  },
};

/** Definitions that only bodies of requests and lists are made of. */
const ALWAYS: Readonly<Record<string, Schema>> = { ListMeta: LIST_META };

/**
 * The schemas of these resources and of their lists, with every definition that they reach. Resources carry their
 * group, version and kind: by that, clients find them.
 */
export function componentSchemas(resources: readonly ServedResource[]): ComponentSchemas {
  const schemas = new Map<string, unknown>();
  const waiting = new Set<string>(["DeleteOptions"]);
  for (const resource of resources) {
    schemas.set(componentName(resource), rootSchema(resource, waiting));
    schemas.set(`${componentName(resource)}List`, rewritten(listSchema(resource), waiting));
  }
  for (const name of waiting) {
    const definition = ALWAYS[name] ?? KUBE_SCHEMAS[name];
    if (!schemas.has(name) && definition !== undefined) schemas.set(name, rewritten(definition, waiting));
  }
  return Object.fromEntries(schemas);
}

/** The reference by which a body of this resource is named. */
export function componentReference(
  resource: ServedResource,
  suffix: "" | "List" = "",
): { readonly $ref: string } {
  return { $ref: `${PREFIX}${componentName(resource)}${suffix}` };
}

/** Built-in kinds keep the name of their definition, custom ones are named as Kubernetes names them: `io.ray.v1.RayJob`. */
function componentName({ group, version, kind, schema, isCustom }: ServedResource): string {
  if (isCustom) return [...group.split(".").reverse(), version, kind].join(".");
  return schema.$ref ?? definitionNames.get(schema) ?? kind;
}

const definitionNames: ReadonlyMap<Schema, string> = new Map(
  Object.entries(KUBE_SCHEMAS).map(([name, schema]) => [schema, name]),
);

function rootSchema(resource: ServedResource, waiting: Set<string>): unknown {
  const { group, version, kind, schema, isCustom } = resource;
  const identity = { "x-kubernetes-group-version-kind": [{ group, version, kind }] };
  if (isCustom) return { ...withObjectFields(schema, waiting), ...identity };
  const found = schema.$ref === undefined ? schema : KUBE_SCHEMAS[schema.$ref];
  return rewritten({ ...found, ...identity }, waiting);
}

/**
 * A custom kind's schema with what every object has, whether its author spelled it out or not. The rest is taken as it
 * is: it has no references, and copying a megabyte would cost more than writing it.
 */
function withObjectFields(schema: Schema, waiting: Set<string>): Schema {
  const { apiVersion, kind } = schema.properties ?? {};
  const metadata = { $ref: reference("ObjectMeta", waiting) };
  return {
    ...schema,
    properties: {
      ...schema.properties,
      apiVersion: { type: "string", ...apiVersion },
      kind: { type: "string", ...kind },
      metadata: { description: "Standard object's metadata.", allOf: [metadata] },
    },
  };
}

function listSchema(resource: ServedResource): Schema {
  const { group, version, listKind } = resource;
  return {
    type: "object",
    required: ["items"],
    properties: {
      apiVersion: { type: "string" },
      items: { type: "array", items: { $ref: componentReference(resource).$ref } },
      kind: { type: "string" },
      metadata: { $ref: "ListMeta" },
    },
    "x-kubernetes-group-version-kind": [{ group, version, kind: listKind }],
  };
}

/** `schema` with its references pointing into the document; the definitions that it names join `waiting`. */
function rewritten(schema: unknown, waiting: Set<string>): unknown {
  if (Array.isArray(schema)) return schema.map((each) => rewritten(each, waiting));
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([name, value]: [string, unknown]) => {
      if (name !== "$ref" || typeof value !== "string") return [name, rewritten(value, waiting)];
      return [name, reference(value, waiting)];
    }),
  );
}

function reference(name: string, waiting: Set<string>): string {
  if (name.startsWith(PREFIX)) return name;
  waiting.add(name);
  return `${PREFIX}${name}`;
}
