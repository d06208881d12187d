/** A JSON Schema of draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export const TEXT: JsonSchema = { type: "string" };
export const TEXT_OR_NULL: JsonSchema = { type: ["string", "null"] };
export const COUNT: JsonSchema = { type: "integer", minimum: 0 };
export const COUNT_OR_NULL: JsonSchema = { type: ["integer", "null"], minimum: 0 };
export const FLAG: JsonSchema = { type: "boolean" };

/** An object with exactly these members, all of them there. */
export function exactly(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}

/** An object with these members, and further ones that may come later. */
export function atLeast(
  properties: Readonly<Record<string, JsonSchema>>,
  optional: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema {
  return {
    type: "object",
    properties: { ...properties, ...optional },
    required: Object.keys(properties),
    additionalProperties: Object.keys(optional).length === 0,
  };
}

export function listOf(items: JsonSchema): JsonSchema {
  return { type: "array", items };
}

export function oneOf(...values: readonly unknown[]): JsonSchema {
  return { enum: values };
}

/** A cluster as Kubernetes has it. */
export const CLUSTER: JsonSchema = atLeast({
  apiVersion: TEXT,
  kind: TEXT,
  metadata: atLeast({ name: TEXT, uid: TEXT, resourceVersion: TEXT }),
});

export const WARNINGS: JsonSchema = listOf(exactly({ code: TEXT, message: TEXT }));

export const MODE: JsonSchema = oneOf("set", "floor", "pin");
export const WRITER: JsonSchema = oneOf("none", "hpa", "ray-autoscaler", "dask-autoscaler");

/** A cluster in the words of `/api/v1`. */
export const CLUSTER_VIEW: JsonSchema = exactly({
  kind: TEXT,
  name: TEXT,
  namespace: TEXT,
  uid: TEXT,
  engine: oneOf("ray", "dask", "spark", "mpi"),
  createdAt: TEXT_OR_NULL,
  owner: TEXT_OR_NULL,
  phase: TEXT_OR_NULL,
  writer: WRITER,
  groups: listOf(
    exactly({
      name: TEXT,
      replicas: COUNT,
      minReplicas: COUNT_OR_NULL,
      maxReplicas: COUNT_OR_NULL,
      current: COUNT,
      ready: COUNT,
    }),
  ),
  head: { oneOf: [exactly({ pod: TEXT, uid: TEXT, createdAt: TEXT, ready: FLAG }), { type: "null" }] },
  warnings: WARNINGS,
});
