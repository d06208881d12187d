import { CONFIG_MAPS, CORE_EVENTS, type Json, type Service, timestamp } from "@heliostat/kube";
import { HandClock, SeededRandom } from "@heliostat/kube/testing";
import { describe, expect, it } from "vitest";
import type { StoredEvent } from "./api/kube-api.ts";
import type { DurableStore } from "./store/durable-store.ts";
import { memoryStore } from "./store/memory-store.ts";
import { ModelDisk } from "./testing/model-disk.ts";
import { CALLER, type TestKubernetes, testKubernetes } from "./testing/test-kubernetes.ts";

const HOUR_MS = 3_600_000;

describe("a Kubernetes that is started again on its store", () => {
  it("finds every object as it was, and goes on where it was", async () => {
    const { before, restarted } = await kubernetesTwice();
    const written = await before.given(configMap("a"));
    const after = await restarted();
    expect(await after.client.get(CONFIG_MAPS, { namespace: "default", name: "a" })).toEqual(written);
    const target = after.target("v1", "configmaps", { name: "a" });
    const patch = { type: "merge", body: { data: { x: "2" } } } as const;
    const { object } = await after.api.patch(target, patch, CALLER);
    expect(Number(object.metadata.resourceVersion)).toBeGreaterThan(Number(written.metadata.resourceVersion));
  });

  it("serves what its definitions define, with the objects", async () => {
    const { before, restarted } = await kubernetesTwice();
    await before.given(WIDGETS);
    await before.given({ apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" } });
    const after = await restarted();
    const { items } = await after.api.list(after.target("example.com/v1", "widgets"), {});
    expect(items.map(({ object }) => object.metadata.name)).toEqual(["w"]);
  });

  it("gives no address of a service away a second time", async () => {
    const { before, restarted } = await kubernetesTwice();
    const first = await before.given<Service>(service("a"));
    const after = await restarted();
    const second = await after.given<Service>(service("b"));
    expect(second.spec?.clusterIP).not.toBe(first.spec?.clusterIP);
    const third = { ...service("c"), spec: { ...service("c").spec, clusterIP: first.spec?.clusterIP ?? "" } };
    await expect(after.given(third)).rejects.toMatchObject({ reason: "Invalid" });
  });

  it("answers a watch from before with 410", async () => {
    const { before, restarted } = await kubernetesTwice();
    const { metadata } = await before.given(configMap("a"));
    const after = await restarted();
    const options = { resourceVersion: metadata.resourceVersion ?? "", timeoutSeconds: 1 };
    const events: StoredEvent[] = [];
    for await (const batch of after.api.watch(after.target("v1", "configmaps"), options))
      events.push(...batch);
    expect(events).toMatchObject([{ type: "ERROR", error: { reason: "Expired", code: 410 } }]);
  });

  it("answers a continue token from before with 410 and a token that goes on", async () => {
    const { before, restarted } = await kubernetesTwice();
    for (const name of ["a", "b", "c"]) await before.given(configMap(name));
    const { continueToken = "" } = await before.api.list(before.target("v1", "configmaps"), { limit: 1 });
    const after = await restarted();
    const rest = after.target("v1", "configmaps");
    const refused = await after.api.list(rest, { continueToken, limit: 5 }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ reason: "Expired", code: 410 });
    const { options } = refused as { readonly options: { readonly continueToken: string } };
    const { items } = await after.api.list(rest, { continueToken: options.continueToken });
    expect(items.map(({ object }) => object.metadata.name)).toEqual(["b", "c"]);
  });

  it("drops events that nobody has repeated for an hour, at the start and later", async () => {
    const clock = new HandClock();
    const { before, restarted } = await kubernetesTwice(clock);
    await before.given(event("old", clock.now()));
    await clock.turn(HOUR_MS / 2);
    await before.given(event("young", clock.now()));
    await clock.turn(HOUR_MS / 2 + 1000);
    const after = await restarted();
    const names = async () =>
      (await after.client.list(CORE_EVENTS)).items.map(({ metadata }) => metadata.name);
    expect(await names()).toEqual(["young"]);
    await clock.turn(HOUR_MS);
    expect(await names()).toEqual([]);
  });
});

describe("a Kubernetes whose disk is full", () => {
  it("refuses writes with the reason, tells nobody of them, keeps serving reads, and recovers", async () => {
    let isFull = false;
    const disk = new ModelDisk({
      beforeCommit: () => {
        if (isFull) throw new Error("no space left on the disk");
      },
    });
    const { client, given, target, api } = await testKubernetes({ storage: disk.store() });
    await given(configMap("a"));
    const { resourceVersion } = await api.list(target("v1", "configmaps"), {});
    isFull = true;
    const refusal = {
      reason: "Unavailable",
      code: 503,
      message: expect.stringContaining("no space left on the disk"),
    };
    await expect(given(configMap("b"))).rejects.toMatchObject(refusal);
    await expect(api.delete(target("v1", "configmaps", { name: "a" }), {}, CALLER)).rejects.toMatchObject(
      refusal,
    );
    const list = await api.list(target("v1", "configmaps"), {});
    expect([list.resourceVersion, list.items.length]).toEqual([resourceVersion, 1]);
    isFull = false;
    await given(configMap("b"));
    expect((await client.list(CONFIG_MAPS)).items.map(({ metadata }) => metadata.name)).toEqual(["a", "b"]);
  });
});

interface Twice {
  readonly before: TestKubernetes;
  restarted(): Promise<TestKubernetes>;
}

/** A Kubernetes, and another one after it on the same store. */
async function kubernetesTwice(
  clock = new HandClock(),
  storage: DurableStore = memoryStore(),
): Promise<Twice> {
  const options = { clock, storage, random: new SeededRandom() };
  const before = await testKubernetes(options);
  return { before, restarted: () => testKubernetes(options) };
}

function configMap(name: string): Json {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { x: "1" } };
}

function service(name: string) {
  const spec = { ports: [{ port: 80 }], selector: { app: name } };
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec };
}

function event(name: string, nowMs: number): Json {
  const about = { involvedObject: { kind: "Pod", namespace: "default", name: "p" }, reason: "Because" };
  const lastTimestamp = timestamp(nowMs);
  return { apiVersion: "v1", kind: "Event", metadata: { name }, ...about, lastTimestamp };
}

const WIDGETS: Json = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "widgets", kind: "Widget" },
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
  },
};
