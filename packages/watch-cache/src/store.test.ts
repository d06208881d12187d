import { keyOf, type Pod } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { BY_NAMESPACE, BY_OWNER_UID, byLabel } from "./indices.ts";
import { Store } from "./store.ts";
import type { Change } from "./watch-cache.ts";

const BY_CLUSTER = byLabel("ray.io/cluster");

describe("Store", () => {
  it("finds objects by the value of a label within a namespace", () => {
    const store = storeOf(pod("a", { labels: { "ray.io/cluster": "demo" } }), pod("b"));
    expect(names(store.byIndex(BY_CLUSTER, keyOf({ namespace: "default", name: "demo" })))).toEqual(["a"]);
    expect(store.byIndex(BY_CLUSTER, keyOf({ namespace: "other", name: "demo" }))).toEqual([]);
  });

  it("keeps an index that was asked for before the objects came", () => {
    const store = new Store<Pod>();
    expect(store.byIndex(BY_OWNER_UID, "u1")).toEqual([]);
    store.put(pod("a", { ownerReferences: [{ apiVersion: "v1", kind: "X", name: "x", uid: "u1" }] }));
    expect(names(store.byIndex(BY_OWNER_UID, "u1"))).toEqual(["a"]);
  });

  it("moves an object within its indices when it changes, and takes it out when it goes", () => {
    const store = storeOf(pod("a", { labels: { "ray.io/cluster": "old" } }));
    expect(names(store.byIndex(BY_CLUSTER, "default/old"))).toEqual(["a"]);
    store.put(pod("a", { labels: { "ray.io/cluster": "new" }, resourceVersion: "2" }));
    expect(store.byIndex(BY_CLUSTER, "default/old")).toEqual([]);
    expect(names(store.byIndex(BY_CLUSTER, "default/new"))).toEqual(["a"]);
    store.replace([]);
    expect(store.byIndex(BY_CLUSTER, "default/new")).toEqual([]);
    expect(store.byIndex(BY_NAMESPACE, "default")).toEqual([]);
  });

  it("tells of a list that replaces another when all of it is in, whoever is told first", () => {
    const store = storeOf(pod("gone"), pod("kept"));
    const found: (readonly string[])[] = [];
    store.onChange(() => found.push(names(store.list()), names(store.byIndex(BY_NAMESPACE, "default"))));
    store.replace([pod("kept", { resourceVersion: "2" }), pod("new"), pod("newer")]);
    expect(found).toHaveLength(8);
    for (const seen of found) expect([...seen].sort()).toEqual(["kept", "new", "newer"]);
  });

  it("takes an object that comes again with the same resourceVersion for no change", () => {
    const changes: Change<Pod>[] = [];
    const store = storeOf(pod("a"));
    store.onChange((change) => changes.push(change));
    store.put(pod("a"));
    store.replace([pod("a")]);
    expect(changes).toEqual([]);
  });

  it("tells of an object that took the name of another", () => {
    const changes: Change<Pod>[] = [];
    const store = storeOf(pod("a", { uid: "first" }));
    store.onChange((change) => changes.push(change));
    store.replace([pod("a", { uid: "second" })]);
    expect(changes.map(({ before, after }) => [before?.metadata.uid, after?.metadata.uid])).toEqual([
      ["first", "second"],
    ]);
  });

  it("calls nobody who has left", () => {
    const store = new Store<Pod>();
    let calls = 0;
    const leave = store.onChange(() => {
      calls += 1;
    });
    leave();
    store.put(pod("a"));
    expect(calls).toBe(0);
  });
});

function storeOf(...pods: readonly Pod[]): Store<Pod> {
  const store = new Store<Pod>();
  store.replace(pods);
  return store;
}

function names(pods: readonly Pod[]): readonly string[] {
  return pods.map(({ metadata }) => metadata.name);
}

function pod(name: string, metadata: Partial<Pod["metadata"]> = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", uid: name, resourceVersion: "1", ...metadata },
    spec: { containers: [] },
  };
}
