import type { Json } from "@heliostat/kube";
import { settled } from "@heliostat/kube/testing";
import { describe, expect, it } from "vitest";
import { CALLER, type TestKubernetes, testKubernetes } from "../testing/test-kubernetes.ts";
import type { ApiWatchOptions, StoredEvent, StoredEvents } from "./kube-api.ts";

function configMap(name: string): Json {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name } };
}

/** Everything that a watch says, as far as it has come. */
interface Recording {
  readonly events: readonly StoredEvent[];
  readonly isOver: boolean;
}

function recorded({ api, target }: TestKubernetes, options: ApiWatchOptions): Recording {
  const events: StoredEvent[] = [];
  const recording = { events, isOver: false };
  const stream = api.watch(target("v1", "configmaps"), options);
  void (async () => {
    for await (const batch of stream) events.push(...batch);
    recording.isOver = true;
  })();
  return recording;
}

function told({ events }: Recording): readonly string[] {
  return events.map((event) => {
    if (event.type === "BOOKMARK") return `BOOKMARK${event.isInitialEventsEnd ? " end" : ""}`;
    return event.type === "ERROR"
      ? `ERROR ${event.error.code}`
      : `${event.type} ${event.stored.object.metadata.name}`;
  });
}

describe("watch", () => {
  it("begins with the state for no revision and for 0, and after any other", async () => {
    const kubernetes = await testKubernetes();
    await kubernetes.given(configMap("a"));
    const { resourceVersion } = await kubernetes.api.list(kubernetes.target("v1", "configmaps"), {});
    const all = [{}, { resourceVersion: "0" }, { resourceVersion }].map((options) =>
      recorded(kubernetes, options),
    );
    await settled();
    await kubernetes.given(configMap("b"));
    await settled();
    expect(all.map(told)).toEqual([["ADDED a", "ADDED b"], ["ADDED a", "ADDED b"], ["ADDED b"]]);
  });

  it("marks the end of the initial events when asked to send them", async () => {
    const kubernetes = await testKubernetes();
    await kubernetes.given(configMap("a"));
    const list = {
      sendInitialEvents: true,
      resourceVersionMatch: "NotOlderThan",
      allowBookmarks: true,
    } as const;
    const recording = recorded(kubernetes, list);
    await settled();
    await kubernetes.given(configMap("b"));
    await settled();
    expect(told(recording)).toEqual(["ADDED a", "BOOKMARK end", "ADDED b"]);
  });

  it("begins now when asked not to send the state", async () => {
    const kubernetes = await testKubernetes();
    await kubernetes.given(configMap("a"));
    const recording = recorded(kubernetes, {
      sendInitialEvents: false,
      resourceVersionMatch: "NotOlderThan",
    });
    await settled();
    await kubernetes.given(configMap("b"));
    await settled();
    expect(told(recording)).toEqual(["ADDED b"]);
  });

  it("says 410 for what is forgotten and 504 for the future, as its last event", async () => {
    const kubernetes = await testKubernetes({ history: { changes: 1 } });
    for (const name of ["a", "b", "c"]) await kubernetes.given(configMap(name));
    const old = recorded(kubernetes, { resourceVersion: "2" });
    const future = recorded(kubernetes, { resourceVersion: "9999" });
    await kubernetes.clock.turn(3_100);
    expect([old, future].map(told)).toEqual([["ERROR 410"], ["ERROR 504"]]);
    expect([old, future].every(({ isOver }) => isOver)).toBe(true);
  });

  it("tells a reader that has been busy of all that happened, in batches of a bounded size", async () => {
    const kubernetes = await testKubernetes();
    const stream = kubernetes.api.watch(kubernetes.target("v1", "configmaps"), {})[Symbol.asyncIterator]();
    const first = stream.next();
    await settled();
    const names = Array.from({ length: 70 }, (_, index) => `map-${index}`);
    for (const name of names) await kubernetes.given(configMap(name));
    const batches = [await first, await stream.next(), await stream.next(), await stream.next()].map(
      ({ value }) => value as StoredEvents,
    );
    expect(batches.map(({ length }) => length)).toEqual([1, 32, 32, 5]);
    expect(told({ events: batches.flat(), isOver: false })).toEqual(names.map((name) => `ADDED ${name}`));
  });

  it("lets a reader fall behind no further than the history reaches", async () => {
    const kubernetes = await testKubernetes({ history: { changes: 3 } });
    const stream = kubernetes.api.watch(kubernetes.target("v1", "configmaps"), {})[Symbol.asyncIterator]();
    await kubernetes.given(configMap("first"));
    expect((await stream.next()).value).toMatchObject([{ type: "ADDED" }]);
    for (const name of ["a", "b", "c", "d", "e"]) await kubernetes.given(configMap(name));
    expect((await stream.next()).value).toMatchObject([{ type: "ERROR", error: { code: 410 } }]);
    expect((await stream.next()).done).toBe(true);
  });

  it("sends bookmarks once a minute and shortly before its end, to those who allow them", async () => {
    const kubernetes = await testKubernetes();
    const patient = recorded(kubernetes, { allowBookmarks: true, timeoutSeconds: 150, resourceVersion: "0" });
    const other = recorded(kubernetes, { timeoutSeconds: 150 });
    await kubernetes.clock.turn(61_000);
    expect(told(patient)).toEqual(["BOOKMARK"]);
    await kubernetes.given({ apiVersion: "v1", kind: "Secret", metadata: { name: "s" } });
    await kubernetes.clock.turn(88_000);
    expect(told(patient)).toEqual(["BOOKMARK", "BOOKMARK", "BOOKMARK"]);
    const versions = patient.events.map((event) =>
      event.type === "BOOKMARK" ? Number(event.resourceVersion) : 0,
    );
    expect(versions[1]).toBeGreaterThan(versions[0] ?? 0);
    await kubernetes.clock.turn(2000);
    expect([patient.isOver, other.isOver]).toEqual([true, true]);
    expect(told(other)).toEqual([]);
  });

  it("ends by itself within an hour", async () => {
    const kubernetes = await testKubernetes();
    const recording = recorded(kubernetes, {});
    await kubernetes.clock.turn(1_799_000);
    expect(recording.isOver).toBe(false);
    await kubernetes.clock.turn(1_801_000);
    expect(recording.isOver).toBe(true);
    expect(kubernetes.clock.nextInMs).toBeUndefined();
  });

  it("ends when its resource is no longer served", async () => {
    const kubernetes = await testKubernetes();
    const { resource } = kubernetes.target("v1", "configmaps");
    const recording = recorded(kubernetes, {});
    await settled();
    kubernetes.registry.replace([resource], []);
    await settled();
    expect(recording.isOver).toBe(true);
  });

  it("shares one text of each revision among all watchers", async () => {
    const kubernetes = await testKubernetes();
    const both = [recorded(kubernetes, {}), recorded(kubernetes, {})];
    await kubernetes.given(configMap("a"));
    await settled();
    const [left, right] = both.map(({ events }) => events[0]);
    expect(left?.type === "ADDED" && right?.type === "ADDED" && left.stored === right.stored).toBe(true);
  });

  it.each<[string, ApiWatchOptions, string]>([
    ["initial events without a match", { sendInitialEvents: true }, "Invalid"],
    ["a match without initial events", { resourceVersionMatch: "NotOlderThan" }, "Invalid"],
    ["an unknown field", { fieldSelector: "a=b" }, "BadRequest"],
    ["a revision that is no number", { resourceVersion: "-1" }, "BadRequest"],
  ])("refuses %s at once", async (_, options, reason) => {
    const { api, target } = await testKubernetes();
    expect(() => api.watch(target("v1", "configmaps"), options)).toThrow(expect.objectContaining({ reason }));
  });

  it("tells the namespace of a namespaced watch and no other", async () => {
    const kubernetes = await testKubernetes();
    const recording = recorded(kubernetes, {});
    await kubernetes.api.create(
      kubernetes.target("v1", "configmaps", { namespace: "kube-public" }),
      { metadata: { name: "elsewhere" } },
      CALLER,
    );
    await settled();
    expect(told(recording)).toEqual([]);
  });
});
