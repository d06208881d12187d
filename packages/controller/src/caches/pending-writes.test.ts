import { CONFIG_MAPS, type ConfigMap, isTerminating } from "@heliostat/kube";
import { HandClock, SeededRandom, settled } from "@heliostat/kube/testing";
import { BY_NAMESPACE, type RunningInformer, startInformer } from "@heliostat/watch-cache";
import { ScriptedReader } from "@heliostat/watch-cache/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PendingWrites } from "./pending-writes.ts";

describe("PendingWrites", () => {
  let reader: ScriptedReader;
  let clock: HandClock;
  let abort: AbortController;
  let cache: RunningInformer<ConfigMap>;
  let view: PendingWrites<ConfigMap>;

  beforeEach(async () => {
    reader = new ScriptedReader();
    clock = new HandClock();
    abort = new AbortController();
    reader.put(configMap("a", "seen"));
    const options = { clock, random: new SeededRandom(), signal: abort.signal };
    cache = startInformer(reader, CONFIG_MAPS, options);
    view = new PendingWrites(cache, clock);
    await settled();
  });

  afterEach(async () => {
    abort.abort();
    await cache.stopped;
  });

  it("shows of a write as much as the cache will show of it", async () => {
    const options = { clock, random: new SeededRandom(), signal: abort.signal, transform: withoutData };
    const projected = startInformer<ConfigMap>(reader, CONFIG_MAPS, options);
    const short = new PendingWrites(projected, clock);
    await settled();
    const { metadata, ...written } = configMap("b", "new");
    short.written({ ...written, metadata: { ...metadata, resourceVersion: "9", managedFields: [] } });
    expect(short.get("default/b")).toEqual(
      withoutData({ ...configMap("b"), metadata: { ...metadata, resourceVersion: "9" } }),
    );
  });

  it("shows what was written before the cache does, by key, in lists and under indices", () => {
    view.written({
      ...configMap("b", "new"),
      metadata: { ...configMap("b").metadata, resourceVersion: "9" },
    });
    expect(values(view)).toEqual(["a seen", "b new"]);
    expect(view.get("default/b")?.data?.["value"]).toBe("new");
    expect(view.byIndex(BY_NAMESPACE, "default").map(nameOf)).toEqual(["a", "b"]);
    expect(view.byIndex(BY_NAMESPACE, "other")).toEqual([]);
  });

  it("shows the newer of two states of an object, and only that", () => {
    view.written({
      ...configMap("a", "newer"),
      metadata: { ...configMap("a").metadata, resourceVersion: "9" },
    });
    expect(values(view)).toEqual(["a newer"]);
  });

  it("believes the cache again once it has caught up", async () => {
    view.written({
      ...configMap("a", "ours"),
      metadata: { ...configMap("a").metadata, resourceVersion: "3" },
    });
    reader.put(configMap("a", "theirs"));
    await settled();
    expect(cache.revision).toBe("3");
    expect(values(view)).toEqual(["a theirs"]);
  });

  it("compares revisions as numbers", () => {
    view.written({
      ...configMap("a", "ours"),
      metadata: { ...configMap("a").metadata, resourceVersion: "10" },
    });
    expect(cache.revision).toBe("2");
    expect(values(view)).toEqual(["a ours"]);
  });

  it("forgets an object that came and went before the cache showed it", async () => {
    view.written({
      ...configMap("b", "ours"),
      metadata: { ...configMap("b").metadata, resourceVersion: "3" },
    });
    reader.put(configMap("b"));
    reader.drop("default/b");
    await settled();
    expect(values(view)).toEqual(["a seen"]);
  });

  it("shows a deleted object as terminating until the cache shows what became of it", async () => {
    view.deleted("default/a");
    expect(view.list().map(isTerminating)).toEqual([true]);
    reader.put(configMap("b"));
    await settled();
    expect(view.list().filter(isTerminating).map(nameOf)).toEqual(["a"]);
    reader.drop("default/a");
    await settled();
    expect(view.list().map(nameOf)).toEqual(["b"]);
  });

  it("shows an object that was written and deleted as terminating, though the cache never had it", () => {
    view.written({ ...configMap("b"), metadata: { ...configMap("b").metadata, resourceVersion: "9" } });
    view.deleted("default/b");
    expect(view.list().filter(isTerminating).map(nameOf)).toEqual(["b"]);
  });

  it("remembers what was written for as long as the cache is cut off", async () => {
    view.written({ ...configMap("b"), metadata: { ...configMap("b").metadata, resourceVersion: "9" } });
    await clock.turn(600_000);
    expect(view.list()).toHaveLength(2);
  });

  it("believes a cache that hears of other things, twice and long after a deletion, that nothing came of it", async () => {
    view.deleted("default/a");
    for (const name of ["b", "c"]) {
      await clock.turn(30_000);
      expect(view.list().filter(isTerminating)).toHaveLength(1);
      reader.put(configMap(name));
      await settled();
      expect(view.list().filter(isTerminating)).toHaveLength(name === "b" ? 1 : 0);
    }
  });
});

function values(view: PendingWrites<ConfigMap>): readonly string[] {
  return view.list().map((object) => `${nameOf(object)} ${object.data?.["value"]}`);
}

function nameOf({ metadata }: ConfigMap): string {
  return metadata.name;
}

function withoutData({ data: _, ...object }: ConfigMap): ConfigMap {
  return object;
}

function configMap(name: string, value = ""): ConfigMap {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "default", uid: name },
    data: { value },
  };
}
