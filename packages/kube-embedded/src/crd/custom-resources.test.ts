import { conditionOf, type Json } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { definition, version, withSchema } from "../testing/definitions.ts";
import { CALLER, DEFINITIONS, settled, smallApi } from "../testing/small-api.ts";

const NAME = "widgets.example.io";

describe("a new definition", () => {
  it("is served in the very commit that stores it", async () => {
    const { define, create } = smallApi();
    await define(definition());
    const { object } = await create("widgets", { metadata: { name: "a" }, spec: {} });
    expect(object).toMatchObject({ apiVersion: "example.io/v1", kind: "Widget", spec: { size: 1 } });
  });

  it("is established, with its names accepted and its storage version noted", async () => {
    const { define, stored } = smallApi();
    await define(definition());
    await settled();
    const status = stored(NAME)?.status;
    expect(conditionOf(status?.conditions, "NamesAccepted")).toMatchObject({
      status: "True",
      reason: "NoConflicts",
    });
    expect(conditionOf(status?.conditions, "Established")).toMatchObject({ status: "True" });
    expect(status).toMatchObject({
      acceptedNames: { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" },
      storedVersions: ["v1"],
    });
  });

  it("settles: once its status is right nothing more is written", async () => {
    const { define, stored } = smallApi();
    await define(definition());
    await settled();
    const { resourceVersion } = stored(NAME)?.metadata ?? {};
    await settled();
    expect(stored(NAME)?.metadata.resourceVersion).toBe(resourceVersion);
  });

  it("waits while another definition has its kind, and is served when that is gone", async () => {
    const { api, define, stored, registry } = smallApi();
    await define(definition());
    await define(definition({ names: { plural: "gadgets", kind: "Widget" } }));
    await settled();
    expect(registry.find("example.io", "v1", "gadgets")).toBeUndefined();
    expect(conditionOf(stored("gadgets.example.io")?.status?.conditions, "NamesAccepted")).toMatchObject({
      status: "False",
      reason: "SingularConflict",
      message: '"widget" is already in use',
    });
    await api.delete({ resource: DEFINITIONS, name: NAME }, {}, CALLER);
    await settled();
    expect(registry.find("example.io", "v1", "gadgets")).toBeDefined();
    expect(conditionOf(stored("gadgets.example.io")?.status?.conditions, "Established")?.status).toBe("True");
  });

  it("is refused, with the fields that are wrong, when it is malformed", async () => {
    const { define } = smallApi();
    await expect(define(definition({ scope: "World" }))).rejects.toMatchObject({
      reason: "Invalid",
      options: { causes: [{ field: "spec.scope", reason: "FieldValueNotSupported" }] },
    });
  });
});

describe("a definition that changes", () => {
  it("is served as it says now", async () => {
    const { api, define, create, stored } = smallApi();
    await define(definition());
    await settled();
    const { resourceVersion } = stored(NAME)?.metadata ?? {};
    const sized = withSchema({
      type: "object",
      properties: { spec: { type: "object", required: ["size"] } },
    });
    const next = definition({ versions: [sized] });
    const body = { ...next, metadata: { ...next.metadata, resourceVersion } } as unknown as Json;
    await api.update({ resource: DEFINITIONS, name: NAME }, body, CALLER);
    await expect(create("widgets", { metadata: { name: "a" }, spec: {} })).rejects.toMatchObject({
      options: { causes: [{ field: "spec.size", message: "Required value" }] },
    });
  });

  it("gives its new defaults to objects that are there, wherever they are read", async () => {
    const { api, define, create, stored, resource } = smallApi();
    await define(definition());
    await create("widgets", { metadata: { name: "a" }, spec: {} });
    await settled();
    const shaped = withSchema({
      type: "object",
      properties: {
        spec: {
          type: "object",
          properties: { size: { type: "integer" }, shape: { type: "string", default: "round" } },
        },
      },
    });
    const { resourceVersion } = stored(NAME)?.metadata ?? {};
    const next = definition({ versions: [shaped] });
    const body = { ...next, metadata: { ...next.metadata, resourceVersion } } as unknown as Json;
    await api.update({ resource: DEFINITIONS, name: NAME }, body, CALLER);
    const target = { resource: resource("widgets"), namespace: "default", name: "a" };
    const { object, json } = await api.get(target);
    expect(object).toMatchObject({ spec: { size: 1, shape: "round" } });
    expect(JSON.parse(json)).toEqual(object);
    expect((await api.list(target, {})).items[0]?.object).toEqual(object);
    const unchanged = await api.patch(target, { type: "merge", body: {} }, CALLER);
    expect(unchanged.object.metadata.resourceVersion).toBe(object.metadata.resourceVersion);
  });

  it("keeps the versions in which objects may be stored", async () => {
    const { api, define, stored } = smallApi();
    await define(definition());
    await settled();
    const { resourceVersion } = stored(NAME)?.metadata ?? {};
    const next = definition({ versions: [version({ name: "v2" })] });
    const body = { ...next, metadata: { ...next.metadata, resourceVersion } } as unknown as Json;
    await expect(api.update({ resource: DEFINITIONS, name: NAME }, body, CALLER)).rejects.toThrow(
      "v1 was previously a storage version",
    );
  });
});

describe("versions of one kind", () => {
  it("show one object, each by its own schema", async () => {
    const { api, define, create, resource } = smallApi();
    const old = {
      type: "object",
      properties: { spec: { type: "object", properties: { shape: { type: "string", default: "round" } } } },
    };
    await define(
      definition({
        versions: [version(), { ...withSchema(old), name: "v1alpha1", storage: false, deprecated: true }],
      }),
    );
    await create("widgets", { metadata: { name: "a" }, spec: { color: "red" } });
    const target = { resource: resource("widgets", "v1alpha1"), namespace: "default", name: "a" };
    expect((await api.get(target)).object).toMatchObject({
      apiVersion: "example.io/v1alpha1",
      spec: { shape: "round" },
    });
    expect(target.resource.deprecationWarning).toBe("example.io/v1alpha1 Widget is deprecated");
    expect((await api.get({ ...target, resource: resource("widgets") })).object).toMatchObject({
      apiVersion: "example.io/v1",
      spec: { color: "red", size: 1 },
    });
  });
});

describe("a definition that is deleted", () => {
  it("takes its objects with it, then goes, and is served no more", async () => {
    const { api, define, create, stored, registry } = smallApi();
    await define(definition());
    await create("widgets", { metadata: { name: "a" }, spec: {} });
    await settled();
    await api.delete({ resource: DEFINITIONS, name: NAME }, {}, CALLER);
    await settled();
    expect(stored(NAME)).toBeUndefined();
    expect(registry.find("example.io", "v1", "widgets")).toBeUndefined();
  });

  it("waits for objects that wait for their finalizers, and accepts no new ones meanwhile", async () => {
    const { api, define, create, stored, resource } = smallApi();
    await define(definition());
    await create("widgets", { metadata: { name: "a", finalizers: ["x.io/hold"] }, spec: {} });
    await settled();
    await api.delete({ resource: DEFINITIONS, name: NAME }, {}, CALLER);
    await settled();
    expect(conditionOf(stored(NAME)?.status?.conditions, "Terminating")?.status).toBe("True");
    await expect(create("widgets", { metadata: { name: "b" } })).rejects.toMatchObject({
      reason: "MethodNotAllowed",
    });
    const target = { resource: resource("widgets"), namespace: "default", name: "a" };
    await api.patch(target, { type: "merge", body: { metadata: { finalizers: null } } }, CALLER);
    await settled();
    expect(stored(NAME)).toBeUndefined();
  });

  it("can be created again afterwards, empty", async () => {
    const { api, define, create, stored, resource } = smallApi();
    await define(definition());
    await create("widgets", { metadata: { name: "a" } });
    await settled();
    await api.delete({ resource: DEFINITIONS, name: NAME }, {}, CALLER);
    await settled();
    await define(definition());
    await settled();
    expect(stored(NAME)?.metadata.finalizers).toBeUndefined();
    expect((await api.list({ resource: resource("widgets") }, {})).items).toEqual([]);
  });
});
