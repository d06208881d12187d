import type { KubeObject } from "@heliostat/kube";
import { HandClock, SeededRandom } from "@heliostat/kube/testing";
import { describe, expect, it } from "vitest";
import { ModelDisk } from "../testing/model-disk.ts";
import type { DurableStore } from "./durable-store.ts";
import { memoryStore } from "./memory-store.ts";
import { ObjectStore } from "./object-store.ts";

const THINGS = "example.com/things";

describe("an ObjectStore on a durable store", () => {
  it("shows a change to readers when it is stored, and to writers at once", async () => {
    const { store, disk } = await gatedStore();
    const heard: number[] = [];
    store.collection(THINGS).subscribe(({ revision }) => heard.push(revision));
    const before = store.revision;
    const { revision } = store.put(at("a"), thing("a"));
    expect(store.get(at("a"))?.revision).toBe(revision);
    expect([store.visible(at("a")), store.revision, heard]).toEqual([undefined, before, []]);
    disk.accept();
    await store.settled();
    expect([store.visible(at("a"))?.revision, store.revision, heard]).toEqual([
      revision,
      revision,
      [revision],
    ]);
  });

  it("compares with the newest revision, stored or not", async () => {
    const { store, disk } = await gatedStore();
    const { revision } = store.put(at("a"), thing("a"));
    expect(() => store.put(at("a"), thing("a"))).toThrow("stored revision");
    const next = store.put(at("a"), thing("a", 1), revision);
    store.remove(at("a"), thing("a", 1), next.revision);
    expect(store.get(at("a"))).toBeUndefined();
    disk.accept();
    await store.settled();
    expect(store.visible(at("a"))).toBeUndefined();
    expect(
      store
        .collection(THINGS)
        .changesAfter(revision - 1)
        .map(({ type }) => type),
    ).toEqual(["ADDED", "MODIFIED", "DELETED"]);
  });

  it("stores together what is written while another commit is at work", async () => {
    const { store, disk } = await gatedStore();
    store.put(at("first"), thing("first"));
    await microtasks();
    for (let index = 0; index < 50; index += 1) store.put(at(`k${index}`), thing("x"));
    disk.accept();
    await store.settled();
    expect(disk.commits.map((writes) => writes.length)).toEqual([1, 50]);
  });

  it("takes back what the disk refuses, with all that was built on it, and goes on", async () => {
    const { store, disk } = await gatedStore();
    const kept = store.put(at("a"), thing("a"));
    disk.accept();
    await store.settled();
    disk.hold();
    store.put(at("a"), thing("a", 1), kept.revision);
    const first = store.settled();
    await microtasks();
    store.put(at("b"), thing("b"));
    const second = store.settled();
    disk.refuse("no space left");
    for (const refused of [first, second])
      await expect(refused).rejects.toMatchObject({
        reason: "Unavailable",
        message: "the write could not be stored: no space left",
      });
    expect([store.get(at("a"))?.revision, store.get(at("b"))]).toEqual([kept.revision, undefined]);
    const again = store.put(at("a"), thing("a", 2), kept.revision);
    expect(again.revision).toBeGreaterThan(kept.revision + 2);
    disk.accept();
    await store.settled();
    expect(
      store
        .collection(THINGS)
        .changesAfter(kept.revision)
        .map(({ revision }) => revision),
    ).toEqual([again.revision]);
  });

  it("finds after a restart what was stored, under revisions beyond all earlier ones", async () => {
    const storage = memoryStore();
    const before = await opened(storage);
    before.put(at("a"), thing("a"));
    const { revision } = before.put(at("b"), thing("b", 7));
    await before.close();
    const after = await opened(storage);
    expect([...after.collection(THINGS).range("")].map(({ key, object }) => [key, object])).toMatchObject([
      ["a", { value: 0 }],
      ["b", { value: 7, metadata: { resourceVersion: String(revision) } }],
    ]);
    expect(after.revision).toBeGreaterThan(revision);
    expect(after.put(at("c"), thing("c")).revision).toBeGreaterThan(after.revision);
  });

  it("says Expired to whoever asks for changes from before a restart, of known resources and unknown ones", async () => {
    const storage = memoryStore();
    const before = await opened(storage);
    const { revision } = before.put(at("a"), thing("a"));
    await before.close();
    const after = await opened(storage);
    for (const storageKey of [THINGS, "example.com/others"])
      expect(() => after.collection(storageKey).changesAfter(revision)).toThrow("too old resource version");
    expect(after.collection(THINGS).changesAfter(after.revision)).toEqual([]);
  });

  it("refuses writes once it is closed", async () => {
    const store = await opened(memoryStore());
    store.put(at("a"), thing("a"));
    await store.close();
    expect(store.visible(at("a"))).toBeDefined();
    expect(() => store.put(at("b"), thing("b"))).toThrow("shutting down");
  });

  it("refuses objects in a format that it does not know", async () => {
    const storage = memoryStore();
    await storage.commit(new Map([["meta", JSON.stringify({ format: 2, reservedRevision: 5 })]]));
    await expect(opened(storage)).rejects.toThrow("they have format 2, and this version reads 1");
  });
});

describe("the loss of power", () => {
  it("takes nothing that was answered for, and gives no revision out twice, on a disk that keeps what was synced", async () => {
    const random = new SeededRandom(7);
    for (let round = 0; round < 50; round += 1) {
      const disk = new ModelDisk();
      const answered = await written(disk, random);
      const after = await opened(disk.afterPowerLoss(Math.floor(random.fraction() * 40)).store());
      for (const [key, revision] of answered) expect(after.visible(at(key))?.revision).toBe(revision);
      expect(after.revision).toBeGreaterThan(Math.max(...answered.values()));
    }
  });

  it("gives no revision out twice even where answers did not wait for the disk", async () => {
    const disk = new ModelDisk({ isStrict: false });
    const answered = await written(disk, new SeededRandom(3));
    const after = await opened(disk.afterPowerLoss().store());
    expect(after.revision).toBeGreaterThan(Math.max(...answered.values()));
    expect(after.put(at("new"), thing("new")).revision).toBeGreaterThan(after.revision);
  });

  it("leaves, torn at any byte of the last records, one of the states that were stored", async () => {
    const disk = new ModelDisk();
    const store = await opened(disk.store());
    const lengths: number[] = [];
    for (let value = 0; value < 6; value += 1) {
      store.put(at("a"), thing("a", value), store.get(at("a"))?.revision);
      await store.settled();
      lengths.push(disk.bytes.length);
    }
    for (let length = lengths[2] ?? 0; length <= disk.bytes.length; length += 1) {
      const after = await opened(disk.cutAt(length).store());
      const whole = lengths.filter((each) => each <= length).length - 1;
      expect(after.visible(at("a"))?.object).toMatchObject({ value: whole });
    }
  });

  it("is never served as data: a record with any one bit changed stops the start", async () => {
    const disk = new ModelDisk();
    const store = await opened(disk.store());
    store.put(at("a"), thing("a"));
    await store.settled();
    const [, ...rest] = [0, ...disk.bytes.keys()];
    const inText = rest.filter((index) => index > disk.bytes.indexOf("example.com/things"));
    for (const index of inText) {
      const bytes = Buffer.from(disk.bytes);
      bytes.writeUInt8(bytes.readUInt8(index) ^ (1 << (index % 8)), index);
      await expect(opened(new ModelDisk({}, bytes).store())).rejects.toThrow("is damaged");
    }
  });
});

/** Writes in bursts; the revision of each key as it was last answered for. */
async function written(disk: ModelDisk, random: SeededRandom): Promise<ReadonlyMap<string, number>> {
  const store = await opened(disk.store());
  const answered = new Map<string, number>();
  for (let burst = 0; burst < 5; burst += 1) {
    const pending = new Map<string, number>();
    for (let write = 0; write < 1 + random.fraction() * 6; write += 1) {
      const key = `k${Math.floor(random.fraction() * 4)}`;
      pending.set(key, store.put(at(key), thing(key), store.get(at(key))?.revision).revision);
    }
    await store.settled();
    for (const [key, revision] of pending) answered.set(key, revision);
  }
  return answered;
}

async function opened(storage: DurableStore): Promise<ObjectStore> {
  const store = new ObjectStore({ clock: new HandClock(), storage });
  await store.open();
  return store;
}

/** A store whose commits wait until the test lets them through; `accept` holds for all that follow. */
async function gatedStore(): Promise<{ readonly store: ObjectStore; readonly disk: GatedStore }> {
  const disk = new GatedStore();
  return { store: await opened(disk), disk };
}

class GatedStore implements DurableStore {
  readonly commits: (readonly string[])[] = [];
  #isHeld = true;
  #decide: ((refusal?: Error) => void) | undefined;

  /** Let the commit that waits, or the next one, through, and those that follow. */
  accept(): void {
    this.#isHeld = false;
    this.#decide?.();
  }

  /** From now on commits wait. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Refuse the commit that waits. */
  refuse(message: string): void {
    this.#decide?.(new Error(message));
  }

  async load(): Promise<void> {}
  async sync(): Promise<void> {}
  async close(): Promise<void> {}

  async commit(writes: ReadonlyMap<string, string | undefined>): Promise<void> {
    const keys = [...writes.keys()];
    if (keys.includes("meta")) return;
    if (this.#isHeld) await this.#decision();
    this.commits.push(keys);
  }

  #decision(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#decide = (refusal) => (refusal ? reject(refusal) : resolve());
    });
  }
}

async function microtasks(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

function thing(name: string, value = 0): KubeObject {
  return { apiVersion: "example.com/v1", kind: "Thing", metadata: { name }, value } as KubeObject;
}

function at(key: string): { readonly storageKey: string; readonly key: string } {
  return { storageKey: THINGS, key };
}
