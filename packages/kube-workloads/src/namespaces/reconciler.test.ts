import { CONFIG_MAPS, type ConfigMap, NAMESPACES, type Namespace, SERVICE_ACCOUNTS } from "@heliostat/kube";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startWorkbench, type Workbench } from "../testing/workbench.ts";

const TEAM: Namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "team" } };

describe("namespaceReconciler()", () => {
  let bench: Workbench;

  beforeEach(async () => {
    bench = await startWorkbench();
    await bench.client.create(NAMESPACES, TEAM);
    await bench.turn();
  });

  afterEach(() => bench.stop());

  it("furnishes every namespace with its label, the default service account and the certificate", async () => {
    const namespace = await bench.client.get(NAMESPACES, { name: "team" });
    expect(namespace.metadata.labels).toMatchObject({ "kubernetes.io/metadata.name": "team" });
    for (const name of ["team", "default"]) {
      expect(await bench.find(SERVICE_ACCOUNTS, { namespace: name, name: "default" })).toBeDefined();
      const rootCa = await bench.find(CONFIG_MAPS, { namespace: name, name: "kube-root-ca.crt" });
      expect(rootCa?.data).toEqual({ "ca.crt": "CA" });
    }
  });

  it("gives back what somebody takes away", async () => {
    await bench.client.delete(SERVICE_ACCOUNTS, { namespace: "team", name: "default" });
    await bench.turn();
    expect(await bench.find(SERVICE_ACCOUNTS, { namespace: "team", name: "default" })).toBeDefined();
  });

  it("empties a namespace that is deleted, and then lets it go", async () => {
    await bench.client.create(CONFIG_MAPS, configMap());
    await bench.client.delete(NAMESPACES, { name: "team" });
    expect((await bench.find(NAMESPACES, { name: "team" }))?.status?.phase).toBe("Terminating");
    await bench.turn(5000);
    expect(await bench.find(NAMESPACES, { name: "team" })).toBeUndefined();
    expect((await bench.client.list(CONFIG_MAPS, { namespace: "team" })).items).toEqual([]);
  });

  it("waits for finalizers, and says for which", async () => {
    await bench.client.create(CONFIG_MAPS, configMap(["example.com/hold"]));
    await bench.client.delete(NAMESPACES, { name: "team" });
    await bench.turn(5000);
    const waiting = await bench.client.get(NAMESPACES, { name: "team" });
    const { conditions = [] } = waiting.status ?? {};
    expect(conditions.filter(({ status }) => status === "False").map(({ reason }) => reason)).toEqual([
      "ResourcesDiscovered",
      "ParsedGroupVersions",
      "ContentDeleted",
    ]);
    const present = conditions.filter(({ status }) => status === "True");
    expect(present.map(({ type, message }) => [type, message])).toEqual([
      ["NamespaceContentRemaining", "Some resources are remaining: configmaps. has 1 resource instances"],
      [
        "NamespaceFinalizersRemaining",
        "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances",
      ],
    ]);
    const body = { metadata: { finalizers: null } };
    await bench.client.patch(
      CONFIG_MAPS,
      { namespace: "team", name: "held" },
      { patch: { type: "merge", body } },
    );
    await bench.turn(5000);
    expect(await bench.find(NAMESPACES, { name: "team" })).toBeUndefined();
  });
});

function configMap(finalizers: readonly string[] = []): ConfigMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "held", namespace: "team", finalizers } };
}
