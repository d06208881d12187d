import {
  CONFIG_MAPS,
  type ConfigMap,
  CUSTOM_RESOURCE_DEFINITIONS,
  type CustomResourceDefinition,
  controllerReference,
  type DeleteOptions,
  type KubeObject,
  namespaced,
} from "@heliostat/kube";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startWorkbench, type Workbench } from "../testing/workbench.ts";

const WIDGETS = namespaced("example.com/v1", "Widget", "widgets");

describe("garbageCollector()", () => {
  let bench: Workbench;

  beforeEach(async () => {
    bench = await startWorkbench();
  });

  afterEach(() => bench.stop());

  it("deletes what a deleted object owned, and what that owned", async () => {
    const owner = await create("owner");
    const child = await create("child", owner);
    await create("grandchild", child);
    await create("stranger");
    await remove("owner");
    await bench.turn();
    expect(await names()).toEqual(["stranger"]);
  });

  it("deletes what is created with an owner that is gone", async () => {
    const owner = await create("owner");
    await remove("owner");
    await create("late", owner);
    await bench.turn();
    expect(await names()).toEqual([]);
  });

  it("does not take another object of the owner's name for the owner", async () => {
    const owner = await create("owner");
    await create("child", owner);
    await remove("owner");
    await create("owner");
    await bench.turn();
    expect(await names()).toEqual(["owner"]);
  });

  it("keeps what has another owner left, and strikes out the one that is gone", async () => {
    const [one, two] = [await create("one"), await create("two")];
    await create("child", one, two);
    await remove("one");
    await bench.turn();
    const child = await bench.client.get(CONFIG_MAPS, { namespace: "default", name: "child" });
    expect(child.metadata.ownerReferences?.map(({ name }) => name)).toEqual(["two"]);
  });

  it("deletes dependents first when asked for the foreground", async () => {
    const owner = await create("owner");
    await create("child", owner);
    await hold("child");
    await remove("owner", { propagationPolicy: "Foreground" });
    await bench.turn();
    expect(await names()).toEqual(["child", "owner"]);
    await release("child");
    await bench.turn();
    expect(await names()).toEqual([]);
  });

  it("leaves the dependents behind when asked for orphans", async () => {
    const owner = await create("owner");
    await create("child", owner);
    await remove("owner", { propagationPolicy: "Orphan" });
    await bench.turn();
    expect(await names()).toEqual(["child"]);
    const child = await bench.client.get(CONFIG_MAPS, { namespace: "default", name: "child" });
    expect(child.metadata.ownerReferences ?? []).toEqual([]);
  });

  it("follows custom resources as their definitions come", async () => {
    await bench.client.create(CUSTOM_RESOURCE_DEFINITIONS, widgetDefinition());
    await bench.turn();
    const metadata = { name: "demo", namespace: "default" };
    const widget = await bench.client.create<KubeObject>(WIDGETS, {
      apiVersion: "example.com/v1",
      kind: "Widget",
      metadata,
    });
    await create("child", widget);
    await bench.turn();
    expect(await names()).toEqual(["child"]);
    await bench.client.delete(WIDGETS, metadata);
    await bench.turn();
    expect(await names()).toEqual([]);
  });

  function create(name: string, ...owners: readonly KubeObject[]): Promise<ConfigMap> {
    const [controller, ...others] = owners.map(controllerReference);
    const ownerReferences = controller
      ? [controller, ...others.map((reference) => ({ ...reference, controller: false }))]
      : [];
    const metadata = { name, namespace: "default", ownerReferences };
    return bench.client.create(CONFIG_MAPS, { apiVersion: "v1", kind: "ConfigMap", metadata });
  }

  function remove(name: string, options?: DeleteOptions): Promise<void> {
    return bench.client.delete(CONFIG_MAPS, { namespace: "default", name }, options);
  }

  async function hold(name: string): Promise<void> {
    await setFinalizers(name, ["example.com/hold"]);
  }

  async function release(name: string): Promise<void> {
    await setFinalizers(name, null);
  }

  async function setFinalizers(name: string, finalizers: readonly string[] | null): Promise<void> {
    const body = { metadata: { finalizers } };
    await bench.client.patch(CONFIG_MAPS, { namespace: "default", name }, { patch: { type: "merge", body } });
  }

  /** The config maps that the test has made. */
  async function names(): Promise<readonly string[]> {
    const { items } = await bench.client.list(CONFIG_MAPS, { namespace: "default" });
    return items.map(({ metadata }) => metadata.name).filter((name) => name !== "kube-root-ca.crt");
  }
});

function widgetDefinition(): CustomResourceDefinition {
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "widgets.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" },
      versions: [{ name: "v1", served: true, storage: true, schema }],
    },
  };
}
