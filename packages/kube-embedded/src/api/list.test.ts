import type { Json } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { CALLER, type TestKubernetes, testKubernetes } from "../testing/test-kubernetes.ts";
import type { ApiListOptions, StoredList } from "./kube-api.ts";

function configMap(name: string, namespace = "default"): Json {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace } };
}

function names({ items }: StoredList): readonly string[] {
  return items.map(({ object }) => `${object.metadata.namespace}/${object.metadata.name}`);
}

async function withMaps(...keys: readonly string[]): Promise<TestKubernetes> {
  const kubernetes = await testKubernetes();
  for (const name of keys) await kubernetes.given(configMap(name));
  return kubernetes;
}

describe("list", () => {
  it("shows all namespaces in the order of their keys, or one of them", async () => {
    const { api, target, given } = await withMaps("b", "a");
    await given(configMap("z", "kube-public"));
    const { namespace: _, ...everywhere } = target("v1", "configmaps");
    expect(names(await api.list(everywhere, {}))).toEqual(["default/a", "default/b", "kube-public/z"]);
    expect(names(await api.list(target("v1", "configmaps"), {}))).toEqual(["default/a", "default/b"]);
  });

  it("tells how much remains, but not under a selector", async () => {
    const { api, target } = await withMaps("a", "b", "c");
    const page = await api.list(target("v1", "configmaps"), { limit: 1 });
    expect(page.remainingItemCount).toBe(2);
    const selected = await api.list(target("v1", "configmaps"), {
      limit: 1,
      fieldSelector: "metadata.name!=a",
    });
    expect(names(selected)).toEqual(["default/b"]);
    expect(selected.remainingItemCount).toBeUndefined();
    expect(selected.continueToken).toBeDefined();
  });

  it("goes on after what has been forgotten only with a token that says so", async () => {
    const kubernetes = await testKubernetes({ history: { changes: 2 } });
    const { api, target, given } = kubernetes;
    for (const name of ["a", "b", "c"]) await given(configMap(name));
    const { continueToken = "" } = await api.list(target("v1", "configmaps"), { limit: 1 });
    for (const name of ["d", "e", "f"]) await given(configMap(name));
    const expired = api.list(target("v1", "configmaps"), { limit: 9, continueToken });
    const error = await expired.catch((each: unknown) => each as { options: { continueToken: string } });
    expect(error).toMatchObject({ reason: "Expired", code: 410 });
    const { options } = error as { options: { continueToken: string } };
    const rest = await api.list(target("v1", "configmaps"), {
      limit: 9,
      continueToken: options.continueToken,
    });
    expect(names(rest)).toEqual(["b", "c", "d", "e", "f"].map((name) => `default/${name}`));
  });

  it("shows a past revision when it is asked for exactly", async () => {
    const { api, target, given } = await withMaps("a");
    const { resourceVersion } = await api.list(target("v1", "configmaps"), {});
    await given(configMap("b"));
    const exact = { resourceVersion, resourceVersionMatch: "Exact" } as const;
    expect(names(await api.list(target("v1", "configmaps"), exact))).toEqual(["default/a"]);
    const newer = { resourceVersion, resourceVersionMatch: "NotOlderThan" } as const;
    expect(names(await api.list(target("v1", "configmaps"), newer))).toHaveLength(2);
    expect(names(await api.list(target("v1", "configmaps"), { resourceVersion, limit: 5 }))).toEqual([
      "default/a",
    ]);
  });

  it.each<[string, ApiListOptions, string]>([
    ["a revision that is no number", { resourceVersion: "x" }, "BadRequest"],
    ["a token of nobody's", { continueToken: "bm9uc2Vuc2U" }, "BadRequest"],
    ["a match without a revision", { resourceVersionMatch: "Exact" }, "Invalid"],
    ["exactly any revision", { resourceVersion: "0", resourceVersionMatch: "Exact" }, "Invalid"],
    ["an unknown field", { fieldSelector: "data.a=b" }, "BadRequest"],
    ["a selector that is none", { labelSelector: "a in" }, "BadRequest"],
  ])("refuses %s", async (_, options, reason) => {
    const { api, target } = await withMaps("a");
    await expect(api.list(target("v1", "configmaps"), options)).rejects.toMatchObject({ reason });
  });

  it("selects by the fields that a kind offers, absent ones by what they mean", async () => {
    const { api, target, given } = await testKubernetes();
    for (const name of ["free", "cordoned"])
      await given({
        apiVersion: "v1",
        kind: "Node",
        metadata: { name },
        spec: { unschedulable: name === "cordoned" },
      });
    await given({ apiVersion: "v1", kind: "Node", metadata: { name: "silent" } });
    const { items } = await api.list(target("v1", "nodes"), { fieldSelector: "spec.unschedulable=false" });
    expect(items.map(({ object }) => object.metadata.name)).toEqual(["free", "silent"]);
  });

  it("shows one storage of events under both of their kinds", async () => {
    const { api, target, given } = await testKubernetes();
    const involvedObject = { kind: "Pod", name: "p", namespace: "default" };
    await given({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "old" },
      involvedObject,
      reason: "Started",
      message: "Started container",
      source: { component: "kubelet" },
      firstTimestamp: "2026-01-01T00:00:00Z",
      lastTimestamp: "2026-01-01T00:00:05Z",
      count: 2,
    });
    await given({
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: { name: "new" },
      regarding: involvedObject,
      reason: "Scheduled",
      note: "Placed",
      eventTime: "2026-01-01T00:00:06.000000Z",
      reportingController: "scheduler",
      reportingInstance: "scheduler-1",
      action: "Binding",
    });
    const core = await api.list(target("v1", "events"), { fieldSelector: "involvedObject.name=p" });
    expect(core.items.map(({ object }) => object)).toMatchObject([
      { apiVersion: "v1", message: "Placed", reportingComponent: "scheduler", involvedObject },
      { apiVersion: "v1", message: "Started container" },
    ]);
    const modern = await api.list(target("events.k8s.io/v1", "events"), {
      fieldSelector: "regarding.name=p",
    });
    expect(modern.items.map(({ object }) => object)).toMatchObject([
      { apiVersion: "events.k8s.io/v1", note: "Placed", regarding: involvedObject },
      { note: "Started container", deprecatedCount: 2, eventTime: "2026-01-01T00:00:05Z" },
    ]);
    await api.patch(
      target("events.k8s.io/v1", "events", { name: "old" }),
      { type: "merge", body: { note: "Started it" } },
      CALLER,
    );
    expect((await api.get(target("v1", "events", { name: "old" }))).object).toMatchObject({
      message: "Started it",
      source: { component: "kubelet" },
      count: 2,
    });
  });
});
