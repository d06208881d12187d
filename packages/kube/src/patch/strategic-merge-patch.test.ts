import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../object.ts";
import { KUBE_SCHEMAS, type Schema } from "../schemas.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { applyStrategicMergePatch } from "./strategic-merge-patch.ts";

const pod = KUBE_SCHEMAS["Pod"] as Schema;
const deployment = KUBE_SCHEMAS["Deployment"] as Schema;

function containers(...list: readonly Json[]): Json {
  return { spec: { containers: list } };
}

function names(result: Json): readonly string[] {
  const { spec } = result as unknown as { spec: { containers: readonly { name: string }[] } };
  return spec.containers.map(({ name }) => name);
}

describe("applyStrategicMergePatch", () => {
  it("merges lists by the key that the schema names", () => {
    const live = containers({ name: "a", image: "one", env: [{ name: "X", value: "1" }] }, { name: "b" });
    const patch = containers({ name: "a", image: "two", env: [{ name: "Y", value: "2" }] });
    expect(applyStrategicMergePatch(live, patch, pod)).toEqual(
      containers(
        {
          name: "a",
          image: "two",
          env: [
            { name: "Y", value: "2" },
            { name: "X", value: "1" },
          ],
        },
        { name: "b" },
      ),
    );
  });

  it("replaces a list that has no merge strategy", () => {
    const live = containers({ name: "a", command: ["x", "y"] });
    const patch = containers({ name: "a", command: ["z"] });
    expect(applyStrategicMergePatch(live, patch, pod)).toEqual(patch);
  });

  it("deletes an item by $patch: delete, and the absent one without complaint", () => {
    const patch = containers({ name: "b", $patch: "delete" }, { name: "gone", $patch: "delete" });
    expect(names(applyStrategicMergePatch(containers({ name: "a" }, { name: "b" }), patch, pod))).toEqual([
      "a",
    ]);
  });

  it("replaces a list or an object by $patch: replace", () => {
    const live = containers({ name: "a" }, { name: "b" });
    const patch = containers({ $patch: "replace" }, { name: "c" });
    expect(names(applyStrategicMergePatch(live, patch, pod))).toEqual(["c"]);
    const object = { spec: { securityContext: { $patch: "replace", runAsUser: 1 } } };
    expect(applyStrategicMergePatch({ spec: { securityContext: { fsGroup: 2 } } }, object, pod)).toEqual({
      spec: { securityContext: { runAsUser: 1 } },
    });
  });

  it("orders by $setElementOrder, with what the patch does not know in its old place", () => {
    const live = containers({ name: "a" }, { name: "x" }, { name: "b" });
    const patch = {
      spec: {
        "$setElementOrder/containers": [{ name: "b" }, { name: "new" }, { name: "a" }],
        containers: [{ name: "new" }],
      },
    };
    expect(names(applyStrategicMergePatch(live, patch, pod))).toEqual(["x", "b", "new", "a"]);
    const onlyOrder = { spec: { "$setElementOrder/containers": [{ name: "b" }, { name: "a" }] } };
    expect(names(applyStrategicMergePatch(live, onlyOrder, pod))).toEqual(["x", "b", "a"]);
  });

  it("unites lists of scalars and removes by $deleteFromPrimitiveList", () => {
    const live = { metadata: { finalizers: ["a", "b"] } };
    const added = applyStrategicMergePatch(live, { metadata: { finalizers: ["c", "a"] } }, pod);
    expect(added).toEqual({ metadata: { finalizers: ["c", "a", "b"] } });
    const patch = { metadata: { "$deleteFromPrimitiveList/finalizers": ["a"] } };
    expect(applyStrategicMergePatch(live, patch, pod)).toEqual({ metadata: { finalizers: ["b"] } });
  });

  it("clears by $retainKeys what it does not list", () => {
    const live = { spec: { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } } } };
    const patch = { spec: { strategy: { $retainKeys: ["type"], type: "Recreate" } } };
    expect(applyStrategicMergePatch(live, patch, deployment)).toEqual({
      spec: { strategy: { type: "Recreate" } },
    });
  });

  it("leaves no directive in what it adds", () => {
    const patch = { spec: { volumes: [{ name: "v", emptyDir: {}, $retainKeys: ["name", "emptyDir"] }] } };
    expect(applyStrategicMergePatch({}, patch, pod)).toEqual({
      spec: { volumes: [{ name: "v", emptyDir: {} }] },
    });
  });

  it.each<[string, Json, string]>([
    ["an item without its merge key", containers({ image: "x" }), "Invalid"],
    ["an unknown directive", { $patch: "explode" }, "BadRequest"],
    [
      "an order that is no list",
      { spec: { "$setElementOrder/containers": 1, containers: [] } },
      "BadRequest",
    ],
  ])("refuses %s", (_, patch, reason) => {
    expect(() => applyStrategicMergePatch(containers({ name: "a" }), patch, pod)).toThrow(
      expect.objectContaining({ reason }),
    );
  });

  it("is a merge patch where no schema asks for more", () => {
    const tree = fc.letrec<{ node: Json }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        fc.integer(),
        fc.constant(null),
        fc.array(fc.integer(), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom("a", "b", "c"), tie("node")),
      ) as fc.Arbitrary<Json>,
    })).node;
    const object = fc.dictionary(fc.constantFrom("a", "b", "c"), tree);
    fc.assert(
      fc.property(object, object, (target, patch) => {
        const live = applyMergePatch({}, target);
        expect(withoutNulls(applyStrategicMergePatch(live, patch, {}))).toEqual(
          withoutNulls(applyMergePatch(live, patch)),
        );
      }),
    );
  });

  it("applied twice gives what applied once gives", () => {
    const item = fc.record({ name: fc.constantFrom("a", "b", "c"), image: fc.constantFrom("1", "2") });
    const list = fc.uniqueArray(item, { selector: ({ name }) => name });
    fc.assert(
      fc.property(list, list, (live, patch) => {
        const once = applyStrategicMergePatch(containers(...live), containers(...patch), pod);
        expect(applyStrategicMergePatch(once, containers(...patch), pod)).toEqual(once);
      }),
    );
  });
});

function withoutNulls(value: Json): Json {
  return applyMergePatch({}, value);
}
