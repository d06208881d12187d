import { afterEach, describe, expect, it } from "vitest";
import { OperatorWorld } from "../testing/operator-world.ts";
import { isHead } from "./pod-state.ts";

let world: OperatorWorld;
afterEach(() => world.end());

describe("what a cluster costs the API", { timeout: 60_000 }, () => {
  it.each([0, 0.4, 1.5])(
    "is eight writes and three events when pods become ready a second apart, the head after %s s",
    async (delay) => {
      world = await OperatorWorld.begin({ hasNode: false });
      await world.make({ workers: [{ replicas: 3 }] });
      await world.pass(delay);
      const pods = [...(await world.pods())].sort((a, b) => Number(isHead(b)) - Number(isHead(a)));
      for (const pod of pods) {
        await world.pass(1);
        await world.tellReady(pod);
      }
      await world.pass(60);

      expect((await world.cluster()).status).toMatchObject({
        state: "ready",
        readyWorkerReplicas: 3,
        why: "",
      });
      const writes = world.writes();
      expect(writes.filter(({ subresource }) => subresource === "status").length).toBeLessThanOrEqual(3);
      expect(writes.length).toBeLessThanOrEqual(8);
      expect(await world.reasons()).toEqual(["CreatedHeadPod", "CreatedService", "CreatedWorkerPod"]);
      expect(world.requests.filter(({ resource }) => resource === "events")).toHaveLength(3);
      const [workers] = (await world.events()).filter(({ reason }) => reason === "CreatedWorkerPod");
      expect(workers?.series?.count).toBe(3);
    },
  );

  it("is nothing at all once it stands: no write, no list, no look in a virtual day", {
    timeout: 30_000,
  }, async () => {
    world = await OperatorWorld.begin({ hasNode: false });
    for (let index = 0; index < 20; index += 1) await world.make({ metadata: { name: `c${index}` } });
    await world.pass(1);
    for (const pod of await world.pods()) await world.tellReady(pod);
    await world.pass(60);
    expect((await world.cluster("c7")).status?.state).toBe("ready");
    world.requests.length = 0;
    await world.pass(24 * 3600);
    expect(world.requests).toEqual([]);
  });

  it("never has more than 32 requests in flight", async () => {
    world = await OperatorWorld.begin({ hasNode: false, latencyMs: 20 });
    for (let index = 0; index < 40; index += 1) await world.make({ metadata: { name: `c${index}` } });
    await world.pass(30);
    expect(await world.pods()).toHaveLength(40 * 3);
    expect(world.mostInFlight).toBeGreaterThan(24);
    expect(world.mostInFlight).toBeLessThanOrEqual(32);
  });

  it("lets a small cluster through beside one that scales from none to a thousand", {
    timeout: 60_000,
  }, async () => {
    world = await OperatorWorld.begin({ hasNode: false, latencyMs: 5 });
    await world.make({ metadata: { name: "big" }, workers: [{ replicas: 1000, maxReplicas: 1000 }] });
    await world.pass(0.1);
    const before = bigWrites();
    expect(before).toBeGreaterThan(100);
    await world.make({ metadata: { name: "small" }, workers: [{ replicas: 3 }] });
    while (smallCreates() < 5) await world.pass(0.001);
    expect(bigWrites() - before).toBeLessThanOrEqual(20);

    function bigWrites(): number {
      return world.writes().filter(({ name }) => name.startsWith("big")).length;
    }
    function smallCreates(): number {
      return world.writes().filter(({ name }) => name.startsWith("small")).length;
    }
  });

  it("brings 500 pods up more than ten times faster than one after the other", {
    timeout: 60_000,
  }, async () => {
    world = await OperatorWorld.begin({ hasNode: false, latencyMs: 20 });
    const beginMs = world.clock.now();
    await world.make({ workers: [{ replicas: 499, maxReplicas: 499 }] });
    await world.pass(15);
    const created = world.writes().filter(({ verb, resource }) => verb === "create" && resource === "pods");
    expect(created).toHaveLength(500);
    const lastMs = Math.max(...created.map(({ atMs }) => atMs)) + 20 - beginMs;
    expect((501 * 20) / lastMs).toBeGreaterThan(10);
  });
});
