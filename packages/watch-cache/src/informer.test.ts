import { CONFIG_MAPS, type ConfigMap, KubeError, type KubeReason } from "@heliostat/kube";
import { HandClock, SeededRandom, settled } from "@heliostat/kube/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type InformerOptions, type RunningInformer, startInformer } from "./informer.ts";
import { ScriptedReader } from "./testing/scripted-reader.ts";
import type { Change } from "./watch-cache.ts";

describe("startInformer()", () => {
  it("has synced once the whole list is in, and not before", async () => {
    const reader = new ScriptedReader();
    for (const name of ["a", "b", "c", "d", "e"]) reader.put(configMap(name));
    const { informer, stop } = run(reader, { pageSize: 2 });
    let seenAtSync: number | undefined;
    void informer.hasSynced.then(() => {
      seenAtSync = informer.list().length;
    });
    expect(informer.list()).toEqual([]);
    await settled();
    expect(seenAtSync).toBe(5);
    expect(reader.requests).toEqual(["list", "list more", "list more", "watch from 6"]);
    await stop();
  });

  it("follows additions, changes and removals, and tells of each once", async () => {
    const reader = new ScriptedReader();
    reader.put(configMap("a"));
    const { informer, changes, stop } = run(reader);
    await settled();
    reader.put(configMap("b"));
    reader.put(configMap("a", { x: "1" }));
    reader.drop("default/b");
    await settled();
    expect(informer.get("default/a")?.data).toEqual({ x: "1" });
    expect(changes.map(summary)).toEqual(["+ default/a", "+ default/b", "~ default/a", "- default/b"]);
    await stop();
  });

  it("watches again from the revision reached when a stream ends", async () => {
    const reader = new ScriptedReader();
    const { stop } = run(reader);
    await settled();
    reader.put(configMap("a"));
    await settled();
    reader.cut();
    await settled();
    expect(reader.requests).toEqual(["list", "watch from 1", "watch from 2"]);
    await stop();
  });

  it("lets bookmarks move the revision", async () => {
    const reader = new ScriptedReader();
    const { informer, stop } = run(reader);
    await settled();
    reader.forget();
    reader.bookmark();
    await settled();
    expect(informer.revision).toBe("2");
    reader.cut();
    await settled();
    expect(reader.requests).toEqual(["list", "watch from 1", "watch from 2"]);
    await stop();
  });

  it("pauses before it opens a stream again that brought nothing", async () => {
    const reader = new ScriptedReader();
    const { clock, stop } = run(reader);
    await settled();
    reader.cut();
    await settled();
    expect(reader.requests).toEqual(["list", "watch from 1"]);
    await clock.turn(1000);
    expect(reader.requests).toEqual(["list", "watch from 1", "watch from 1"]);
    await stop();
  });

  it("lists once for each 410, and shows only the difference", async () => {
    const reader = new ScriptedReader();
    for (const name of ["kept", "gone"]) reader.put(configMap(name));
    const { changes, stop } = run(reader);
    await settled();
    changes.length = 0;
    reader.put(configMap("kept"));
    reader.cut();
    reader.put(configMap("new"));
    reader.drop("default/gone");
    reader.forget();
    await settled();
    expect(reader.requests.filter((request) => request === "list")).toHaveLength(2);
    expect(changes.map(summary)).toEqual(["~ default/kept", "- default/gone", "+ default/new"]);
    await stop();
  });

  it("waits longer after each failure in a row, up to a cap", async () => {
    const reader = new ScriptedReader();
    for (let count = 0; count < 8; count++) reader.refuse(new KubeError("Unavailable", "scripted"));
    const { clock, stop } = run(reader, { random: { uuid: () => "", fraction: () => 0 } });
    const waits: (number | undefined)[] = [];
    await settled();
    while (reader.requests.length < 9) {
      waits.push(clock.nextInMs);
      await clock.turn(clock.nextInMs ?? 0);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    await stop();
  });

  it("does not list in a circle when every watch is answered 410", async () => {
    const reader = new ScriptedReader();
    for (let count = 0; count < 100; count++) {
      reader.refuse(new KubeError("Unavailable", "scripted"));
      reader.refuse(new KubeError("Expired", "scripted"));
    }
    const { clock, stop } = run(reader);
    await clock.turn(60_000);
    expect(reader.requests.length).toBeLessThan(20);
    await stop();
  });

  it("leaves out managed fields unless told to keep them", async () => {
    const managedFields = [{ manager: "kubectl" }];
    const reader = new ScriptedReader();
    reader.put({ ...configMap("a"), metadata: { name: "a", namespace: "default", managedFields } });
    const without = run(reader);
    const having = run(reader, { keepsManagedFields: true });
    await settled();
    expect(without.informer.get("default/a")?.metadata.managedFields).toBeUndefined();
    expect(having.informer.get("default/a")?.metadata.managedFields).toEqual(managedFields);
    await Promise.all([without.stop(), having.stop()]);
  });

  it("goes on when a handler throws", async () => {
    const reader = new ScriptedReader();
    const { informer, changes, stop } = run(reader);
    informer.onChange(() => {
      throw new Error("scripted");
    });
    await settled();
    reader.put(configMap("a"));
    reader.put(configMap("b"));
    await settled();
    expect(changes.map(summary)).toEqual(["+ default/a", "+ default/b"]);
    await stop();
  });

  it("stops when the signal aborts, in whatever state, and leaves no stream open", async () => {
    const watching = new ScriptedReader();
    const waiting = new ScriptedReader();
    waiting.refuse(new KubeError("Unavailable", "scripted"));
    const runs = [run(watching), run(waiting)];
    await settled();
    await Promise.all(runs.map(({ stop }) => stop()));
    expect(watching.openStreams).toBe(0);
  });

  it("equals the list at quiescence, whatever was changed, cut, refused or forgotten", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyOperation, { maxLength: 60, size: "max" }),
        fc.integer(),
        async (operations, seed) => {
          const reader = new ScriptedReader();
          const { clock, informer, changes, stop } = run(reader, {
            pageSize: 3,
            random: new SeededRandom(seed),
          });
          for (const operation of operations) await operation(reader, clock);
          await clock.turn(600_000);
          expect(sorted(informer.list())).toEqual(reader.objects);
          expect(sorted(replayed(changes))).toEqual(reader.objects);
          await stop();
        },
      ),
      { numRuns: 200 },
    );
  }, 30_000);
});

type Operation = (reader: ScriptedReader, clock: HandClock) => void | Promise<void>;

const anyName = fc.constantFrom("a", "b", "c", "d", "e", "f", "g");
const anyReason = fc.constantFrom<KubeReason>("Unavailable", "Expired", "Gone", "TooManyRequests");
const anyEdit = fc.oneof(weighted(2, anyName.map(putting)), weighted(1, anyName.map(dropping)));
const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  weighted<Operation>(9, anyEdit),
  weighted(3, anyEdit.map(betweenPages)),
  weighted(2, fc.constant<Operation>(cutting)),
  weighted(1, fc.constant<Operation>(forgetting)),
  weighted(1, fc.constant<Operation>(bookmarking)),
  weighted(1, fc.constantFrom(410, 500).map(breaking)),
  weighted(1, anyReason.map(refusing)),
  weighted(3, fc.nat(5000).map(turning)),
);

function weighted<T>(weight: number, arbitrary: fc.Arbitrary<T>): fc.WeightedArbitrary<T> {
  return { weight, arbitrary };
}

function putting(name: string): (reader: ScriptedReader) => void {
  return (reader) => reader.put(configMap(name));
}

function dropping(name: string): (reader: ScriptedReader) => void {
  return (reader) => reader.drop(`default/${name}`);
}

function betweenPages(edit: (reader: ScriptedReader) => void): Operation {
  return (reader) => reader.afterPage(() => edit(reader));
}

function cutting(reader: ScriptedReader): void {
  reader.cut();
}

function forgetting(reader: ScriptedReader): void {
  reader.forget();
}

function bookmarking(reader: ScriptedReader): void {
  reader.bookmark();
}

function breaking(code: number): Operation {
  return (reader) => reader.breakStreams(code);
}

function refusing(reason: KubeReason): Operation {
  return (reader) => reader.refuse(new KubeError(reason, "scripted"));
}

function turning(byMs: number): Operation {
  return (_, clock) => clock.turn(byMs);
}

function run(
  reader: ScriptedReader,
  options: Partial<InformerOptions<ConfigMap>> = {},
): {
  clock: HandClock;
  informer: RunningInformer<ConfigMap>;
  changes: Change<ConfigMap>[];
  stop: () => Promise<void>;
} {
  const clock = new HandClock();
  const abort = new AbortController();
  const random = new SeededRandom();
  const informer = startInformer(reader, CONFIG_MAPS, { clock, random, signal: abort.signal, ...options });
  const changes: Change<ConfigMap>[] = [];
  informer.onChange((change) => changes.push(change));
  async function stop(): Promise<void> {
    abort.abort();
    await informer.stopped;
  }
  return { clock, informer, changes, stop };
}

function replayed(changes: readonly Change<ConfigMap>[]): readonly ConfigMap[] {
  const state = new Map<string, ConfigMap>();
  for (const { key, after } of changes) {
    if (after) state.set(key, after);
    else state.delete(key);
  }
  return [...state.values()];
}

function sorted(objects: readonly ConfigMap[]): readonly ConfigMap[] {
  return [...objects].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

function summary({ key, before, after }: Change): string {
  const sign = before && after ? "~" : after ? "+" : "-";
  return `${sign} ${key}`;
}

function configMap(name: string, data?: Record<string, string>): ConfigMap {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "default", uid: name },
    ...(data && { data }),
  };
}
