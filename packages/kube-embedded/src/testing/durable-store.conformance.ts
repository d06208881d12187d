import { describe, expect, it } from "vitest";
import type { DurableStore } from "../store/durable-store.ts";

export interface StoreUnderTest {
  /** The store anew, as the next process would open it. The one before is closed. */
  open(): DurableStore;
}

/** What every durable store must do, whatever it stands on. */
export function durableStoreConformance(name: string, make: () => StoreUnderTest): void {
  describe(`${name} as a durable store`, () => {
    it("begins empty", async () => {
      const { open } = make();
      expect(await contents(open())).toEqual([]);
    });

    it("holds after it is opened anew what was committed before", async () => {
      const { open } = make();
      await session(open(), async (store) => {
        await store.commit(writes({ "/pods:a/b": "one", "/pods:a/c": "two" }));
        await store.commit(writes({ "/pods:a/b": "three", "/pods:a/c": undefined, "/nodes:n": "four" }));
      });
      expect(await contents(open())).toEqual([
        ["/nodes:n", "four"],
        ["/pods:a/b", "three"],
      ]);
    });

    it("takes what it already has, and the removal of what it never had", async () => {
      const { open } = make();
      await session(open(), async (store) => {
        await store.commit(writes({ a: "1" }));
        await store.commit(writes({ a: "1", b: undefined }));
        await store.commit(new Map());
      });
      expect(await contents(open())).toEqual([["a", "1"]]);
    });

    it("keeps every text as it is", async () => {
      const { open } = make();
      const texts = { empty: "", umlaut: "Grüße 🌞\u0000\u2028", long: "x".repeat(3_000_000) };
      const keys = {
        [`/configmaps:${"n".repeat(63)}/${"m".repeat(253)}`]: "k",
        "rbac/x:system:admin": "colon",
      };
      await session(open(), (store) => store.commit(writes({ ...texts, ...keys })));
      expect(Object.fromEntries(await contents(open()))).toEqual({ ...texts, ...keys });
    });

    it("stores many writes at once, and many after one another", async () => {
      const { open } = make();
      const many = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`k${index}`, `v${index}`]));
      await session(open(), async (store) => {
        await store.commit(writes(many));
        for (let index = 0; index < 100; index += 1) await store.commit(writes({ [`k${index}`]: undefined }));
        await store.sync();
      });
      expect(await contents(open())).toHaveLength(1900);
    });

    it("may be closed without having been opened", async () => {
      await make().open().close();
    });
  });
}

/** All records of a store, which is closed again. */
export async function contents(store: DurableStore): Promise<readonly (readonly [string, string])[]> {
  const records: [string, string][] = [];
  await store.load((key, text) => records.push([key, text]));
  await store.close();
  return records.sort(([left], [right]) => (left < right ? -1 : 1));
}

async function session(store: DurableStore, work: (store: DurableStore) => Promise<void>): Promise<void> {
  await store.load(() => undefined);
  await work(store);
  await store.close();
}

function writes(
  records: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, string | undefined> {
  return new Map(Object.entries(records));
}
