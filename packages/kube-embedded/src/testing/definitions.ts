import type { CustomResourceDefinition, CustomResourceDefinitionVersion, Schema } from "@heliostat/kube";

/** A definition that is valid as it is; a test names only what matters to it. */
export function definition(
  overrides: Partial<CustomResourceDefinition["spec"]> = {},
  plural = overrides.names?.plural ?? "widgets",
): CustomResourceDefinition {
  const group = overrides.group ?? "example.io";
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural, kind: "Widget", categories: ["all"] },
      versions: [version()],
      ...overrides,
    },
  };
}

/** A served version of it, the one in which objects are stored. */
export function version(
  overrides: Partial<CustomResourceDefinitionVersion> = {},
): CustomResourceDefinitionVersion {
  return {
    name: "v1",
    served: true,
    storage: true,
    subresources: { status: {} },
    schema: { openAPIV3Schema: WIDGET_SCHEMA },
    ...overrides,
  };
}

/** What a definition's version says its objects are. */
export function withSchema(schema: unknown): CustomResourceDefinitionVersion {
  return version({ schema: { openAPIV3Schema: schema as Schema } });
}

export const WIDGET_SCHEMA: Schema = {
  type: "object",
  description: "A widget turns.",
  properties: {
    spec: {
      type: "object",
      properties: {
        size: { type: "integer", default: 1, description: "How large it is." },
        color: { type: "string", enum: ["red", "blue"] },
      },
    },
    status: { type: "object", properties: { phase: { type: "string" }, replicas: { type: "integer" } } },
  },
};
