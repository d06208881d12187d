import { describe, expect, it } from "vitest";
import type { ConfigMap } from "../../gen/types.ts";
import type { Applicable, ApplyOptions, KubeClient } from "../client.ts";
import { CONFIG_MAPS } from "../resources.ts";

export interface ApplySubject {
  readonly client: KubeClient;
  /** A namespace in which the cases may write. */
  readonly namespace: string;
}

/** What server-side apply through any {@link KubeClient} must do. */
export function describeApply(subject: () => ApplySubject): void {
  function apply(
    name: string,
    data: Record<string, string>,
    options: Partial<ApplyOptions> = {},
  ): Promise<ConfigMap> {
    const { client, namespace } = subject();
    const config: Applicable<ConfigMap> = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace },
      data,
    };
    return client.apply(CONFIG_MAPS, config, { fieldManager: "first", ...options });
  }

  function data(name: string): Promise<ConfigMap["data"]> {
    const { client, namespace } = subject();
    return client.get(CONFIG_MAPS, { namespace, name }).then((object) => object.data);
  }

  describe("apply", () => {
    it("creates what is not there, and writes down who owns it", async () => {
      const { metadata } = await apply("applied", { a: "1" });
      expect(metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
      expect(metadata.managedFields).toMatchObject([
        { manager: "first", operation: "Apply", apiVersion: "v1", fieldsType: "FieldsV1" },
      ]);
      expect(metadata.managedFields?.[0]?.fieldsV1).toEqual({ "f:data": { "f:a": {} } });
    });

    it("makes no new version of what is there already", async () => {
      const first = await apply("applied-twice", { a: "1" });
      const second = await apply("applied-twice", { a: "1" });
      expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    });

    it("drops what its owner leaves out, and nothing of others", async () => {
      await apply("shared", { a: "1", b: "1" });
      await apply("shared", { b: "1", c: "1" }, { fieldManager: "second" });
      await apply("shared", {});
      expect(await data("shared")).toEqual({ b: "1", c: "1" });
    });

    it("says Conflict where another owner would lose a value, and takes it when forced", async () => {
      await apply("contested", { a: "1" });
      await expect(apply("contested", { a: "2" }, { fieldManager: "second" })).rejects.toMatchObject({
        reason: "Conflict",
        options: { causes: [{ reason: "FieldManagerConflict", field: ".data.a" }] },
      });
      await apply("contested", { a: "2" }, { fieldManager: "second", force: true });
      expect(await data("contested")).toEqual({ a: "2" });
    });

    it("changes nothing on a dry run", async () => {
      await apply("dry-applied", { a: "1" });
      expect((await apply("dry-applied", { a: "2" }, { isDryRun: true })).data).toEqual({ a: "2" });
      expect(await data("dry-applied")).toEqual({ a: "1" });
    });
  });
}
