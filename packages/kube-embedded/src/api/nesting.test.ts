import type { Json } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { CALLER, testKubernetes } from "../testing/test-kubernetes.ts";
import { surveyed } from "./nesting.ts";

function nested(levels: number): Json {
  let value: Json = [];
  for (let level = 1; level < levels; level += 1) value = [value];
  return value;
}

describe("nesting", () => {
  it("is allowed as deep as objects go, and refused before the stack ends", () => {
    expect(() => surveyed(nested(1_000))).not.toThrow();
    expect(() => surveyed(nested(1_001))).toThrow("more than 1000 levels");
    expect(() => surveyed({ a: 1, b: { c: nested(100_000) } })).toThrow("more than 1000 levels");
  });

  it("cannot be grown by one patch after another", async () => {
    const { api, target, given } = await testKubernetes();
    await given({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } });
    const operation = { op: "add", path: "/data", value: nested(1_000) } as const;
    const patching = api.patch(
      target("v1", "configmaps", { name: "a" }),
      { type: "json", body: [operation] },
      CALLER,
    );
    await expect(patching).rejects.toMatchObject({ reason: "BadRequest" });
  });
});
