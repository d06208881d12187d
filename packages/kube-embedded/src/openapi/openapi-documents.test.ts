import { describe, expect, it } from "vitest";
import { servedFromDefinition } from "../crd/served-from-definition.ts";
import { ResourceRegistry } from "../registry/registry.ts";
import { definition, withSchema } from "../testing/definitions.ts";
import { POD_RESOURCE } from "../testing/small-api.ts";
import { OpenApiDocuments } from "./openapi-documents.ts";

const widgets = servedFromDefinition(definition());

function documents(): { readonly registry: ResourceRegistry; readonly openapi: OpenApiDocuments } {
  const registry = new ResourceRegistry([POD_RESOURCE, ...widgets]);
  return { registry, openapi: new OpenApiDocuments(registry) };
}

interface Document {
  readonly paths: Record<string, Record<string, unknown>>;
  readonly components: { readonly schemas: Record<string, unknown> };
}

function parsed(openapi: OpenApiDocuments, path: string): Document {
  return JSON.parse(openapi.document(path)?.json ?? "null") as Document;
}

describe("the index", () => {
  it("points to each document under its hash", () => {
    const { openapi } = documents();
    const hash = openapi.document("apis/example.io/v1")?.hash;
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(openapi.index()).toMatchObject({
      paths: {
        "api/v1": { serverRelativeURL: expect.stringMatching(/^\/openapi\/v3\/api\/v1\?hash=/) },
        "apis/example.io/v1": { serverRelativeURL: `/openapi/v3/apis/example.io/v1?hash=${hash}` },
      },
    });
  });

  it("gives a changed definition a new hash and leaves the other documents alone", () => {
    const { registry, openapi } = documents();
    const before = [openapi.document("api/v1"), openapi.document("apis/example.io/v1")];
    const changed = withSchema({ type: "object", description: "Something else." });
    registry.replace(widgets, servedFromDefinition(definition({ versions: [changed] })));
    expect(openapi.document("api/v1")).toBe(before[0]);
    expect(openapi.document("apis/example.io/v1")?.hash).not.toBe(before[1]?.hash);
  });

  it("forgets what is served no more", () => {
    const { registry, openapi } = documents();
    registry.replace(widgets, []);
    expect(openapi.document("apis/example.io/v1")).toBeUndefined();
    expect(Object.keys((openapi.index() as { paths: object }).paths)).toEqual(["api/v1"]);
  });
});

describe("what kubectl looks for", () => {
  it("a PATCH that names its kind and takes fieldValidation", () => {
    const { paths } = parsed(documents().openapi, "apis/example.io/v1");
    expect(paths["/apis/example.io/v1/namespaces/{namespace}/widgets/{name}"]?.["patch"]).toMatchObject({
      "x-kubernetes-group-version-kind": { group: "example.io", version: "v1", kind: "Widget" },
      parameters: expect.arrayContaining([expect.objectContaining({ name: "fieldValidation", in: "query" })]),
    });
  });

  it("strategic merge patches for built-in kinds, and for them only", () => {
    const { openapi } = documents();
    const strategic = "application/strategic-merge-patch+json";
    expect(JSON.stringify(parsed(openapi, "api/v1").paths)).toContain(strategic);
    expect(JSON.stringify(parsed(openapi, "apis/example.io/v1").paths)).not.toContain(strategic);
  });

  it("a GET on the collection, by which explain finds the kind", () => {
    const { paths } = parsed(documents().openapi, "api/v1");
    expect(paths["/api/v1/namespaces/{namespace}/pods"]?.["get"]).toMatchObject({
      "x-kubernetes-group-version-kind": { group: "", version: "v1", kind: "Pod" },
    });
  });

  it("schemas with their kind, their merge keys, and every definition that they name", () => {
    const { components } = parsed(documents().openapi, "api/v1");
    const { schemas } = components;
    expect(schemas["Pod"]).toMatchObject({
      "x-kubernetes-group-version-kind": [{ group: "", version: "v1", kind: "Pod" }],
    });
    expect(schemas["PodSpec"]).toMatchObject({
      properties: { containers: { "x-kubernetes-patch-merge-key": "name" } },
    });
    const named = JSON.stringify(schemas).matchAll(/"#\/components\/schemas\/([^"]+)"/g);
    for (const [, name = ""] of named) expect(schemas).toHaveProperty([name]);
  });

  it("a custom kind's descriptions", () => {
    const { components } = parsed(documents().openapi, "apis/example.io/v1");
    expect(components.schemas["io.example.v1.Widget"]).toMatchObject({
      description: "A widget turns.",
      properties: {
        metadata: { allOf: [{ $ref: "#/components/schemas/ObjectMeta" }] },
        spec: { properties: { size: { description: "How large it is.", default: 1 } } },
      },
    });
  });
});
