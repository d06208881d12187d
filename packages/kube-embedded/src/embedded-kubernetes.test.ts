import { NAMESPACES, PODS } from "@heliostat/kube";
import { HandClock, SeededRandom } from "@heliostat/kube/testing";
import { describe, expect, it } from "vitest";
import { embeddedKubernetes } from "./embedded-kubernetes.ts";
import { CALLER, testKubernetes } from "./testing/test-kubernetes.ts";

describe("embeddedKubernetes", () => {
  it("starts with the namespaces that every cluster has, and may be started on what it finds", async () => {
    const kubernetes = embeddedKubernetes({ clock: new HandClock(), random: new SeededRandom() });
    await kubernetes.start();
    const { items } = await kubernetes.client().list(NAMESPACES);
    expect(items.map(({ metadata }) => metadata.name)).toEqual([
      "default",
      "kube-node-lease",
      "kube-public",
      "kube-system",
    ]);
    await kubernetes.close();
  });

  it("serves what a definition defines, as soon as it is there", async () => {
    const { given, client, api, target } = await testKubernetes();
    await given({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "widgets.example.com" },
      spec: {
        group: "example.com",
        scope: "Namespaced",
        names: { plural: "widgets", kind: "Widget" },
        versions: ["v1", "v2"].map((name) => ({
          name,
          served: true,
          storage: name === "v1",
          schema: {
            openAPIV3Schema: {
              type: "object",
              properties: { spec: { type: "object", properties: { size: { type: "integer", default: 3 } } } },
            },
          },
        })),
      },
    });
    const widget = {
      apiVersion: "example.com/v1",
      kind: "Widget",
      metadata: { name: "w" },
      spec: {},
      bogus: 1,
    };
    expect(await given(widget)).toMatchObject({ spec: { size: 3 } });
    expect(await given({ ...widget, metadata: { name: "v" } })).not.toHaveProperty("bogus");
    const widgets = {
      ...PODS,
      group: "example.com",
      version: "v2",
      plural: "widgets",
      kind: "Widget",
    } as never;
    const second = await client.get(widgets, { namespace: "default", name: "w" });
    expect(second).toMatchObject({ apiVersion: "example.com/v2", spec: { size: 3 } });
    const wrong = { type: "merge", body: { spec: { size: "big" } } } as const;
    await expect(
      api.patch(target("example.com/v2", "widgets", { name: "w" }), wrong, CALLER),
    ).rejects.toMatchObject({
      reason: "Invalid",
    });
  });

  it("says which kinds it does not know", async () => {
    const { client } = await testKubernetes();
    const unknown = { ...PODS, group: "example.com", plural: "ghosts" };
    await expect(client.list(unknown)).rejects.toThrow("the server could not find the requested resource");
  });
});
