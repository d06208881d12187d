import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CONFIG_MAPS } from "@heliostat/kube";
import { HandClock, SeededRandom } from "@heliostat/kube/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lmdbStore } from "../disk/lmdb-store.ts";
import { sqliteStore } from "../disk/sqlite-store.ts";
import { type EmbeddedKubernetes, embeddedKubernetes } from "../embedded-kubernetes.ts";
import { historyProblems, type ObservedChange } from "../testing/history-checker.ts";
import { ModelDisk } from "../testing/model-disk.ts";
import { randomCallers } from "../testing/random-callers.ts";
import { isFullSuite } from "../testing/suite-extent.ts";
import type { DurableStore } from "./durable-store.ts";

const OPERATIONS = 1000;
const SEEDS = isFullSuite ? 1000 : 3;

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "heliostat-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe("random callers, all at once", () => {
  it("find each object linearisable, the watch equal to the history, the list equal to the state, and all of it after the loss of power", async () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const random = new SeededRandom(seed);
      const fortune = { seed, commits: 0 };
      const disk = new ModelDisk({ beforeCommit: () => misfortune(random, fortune) });
      const { kubernetes, state } = await observed(disk.store(), random);
      const again = await started(disk.afterPowerLoss().store());
      expect(await listed(again), `seed ${seed}`).toEqual(state);
      await kubernetes.close();
    }
  }, 600_000);

  it.each<readonly [name: string, open: () => DurableStore | undefined]>([
    ["no store", () => undefined],
    ["LMDB, relaxed", () => lmdbStore({ folder: join(home, "s"), durability: "relaxed" })],
    ["LMDB, strict", () => lmdbStore({ folder: join(home, "s"), durability: "strict" })],
    ["SQLite, relaxed", () => sqliteStore({ folder: join(home, "s"), durability: "relaxed" })],
    ["SQLite, strict", () => sqliteStore({ folder: join(home, "s"), durability: "strict" })],
  ])("find the same on %s", async (_, open) => {
    const { kubernetes, state } = await observed(open(), new SeededRandom(99));
    await kubernetes.close();
    const storage = open();
    if (!storage) return;
    const again = await started(storage);
    expect(await listed(again)).toEqual(state);
    await again.close();
  });
});

/** Run the callers, and hold what they were told against what a watch and a list were told. */
async function observed(
  storage: DurableStore | undefined,
  random: SeededRandom,
): Promise<{ readonly kubernetes: EmbeddedKubernetes; readonly state: Readonly<Record<string, number>> }> {
  const kubernetes = await started(storage);
  const changes: ObservedChange[] = [];
  const end = new AbortController();
  const watching = follow(kubernetes, changes, end.signal);
  const options = { kubernetes, random, callers: 12, keys: 6, operations: OPERATIONS };
  const operations = await randomCallers(options);
  await new Promise((resolve) => setImmediate(resolve));
  end.abort();
  await watching;
  expect(historyProblems(operations, changes)).toEqual([]);
  expect(operations).toHaveLength(OPERATIONS);
  const state = await listed(kubernetes);
  expect(replayed(changes)).toEqual(state);
  return { kubernetes, state };
}

/** Slow now and then; of every second seed, too small now and then, once the namespaces are there. */
async function misfortune(
  random: SeededRandom,
  fortune: { readonly seed: number; commits: number },
): Promise<void> {
  fortune.commits += 1;
  for (let turns = random.fraction() * 4; turns > 1; turns -= 1)
    await new Promise((resolve) => setImmediate(resolve));
  if (fortune.seed % 2 === 1 && fortune.commits > 10 && random.fraction() < 0.1)
    throw new Error("no space left on the model disk");
}

async function started(storage: DurableStore | undefined): Promise<EmbeddedKubernetes> {
  const kubernetes = embeddedKubernetes({
    clock: new HandClock(),
    random: new SeededRandom(),
    ...(storage && { storage }),
  });
  await kubernetes.start();
  return kubernetes;
}

async function follow(
  { client }: EmbeddedKubernetes,
  changes: ObservedChange[],
  signal: AbortSignal,
): Promise<void> {
  for await (const event of client().watch(CONFIG_MAPS, { signal, namespace: "default" })) {
    if (event.type === "BOOKMARK" || event.type === "ERROR") throw new Error(`Cannot follow: ${event.type}`);
    const { name, resourceVersion } = event.object.metadata;
    changes.push({ type: event.type, key: name, revision: Number(resourceVersion) });
  }
}

async function listed({ client }: EmbeddedKubernetes): Promise<Readonly<Record<string, number>>> {
  const { items } = await client().list(CONFIG_MAPS, { namespace: "default" });
  return Object.fromEntries(items.map(({ metadata }) => [metadata.name, Number(metadata.resourceVersion)]));
}

function replayed(changes: readonly ObservedChange[]): Readonly<Record<string, number>> {
  const state = new Map<string, number>();
  for (const { type, key, revision } of changes) {
    if (type === "DELETED") state.delete(key);
    else state.set(key, revision);
  }
  return Object.fromEntries(state);
}
