import { describe, expect, it } from "vitest";
import { testKubernetes } from "../testing/test-kubernetes.ts";

const CONFIG_MAP = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } };

async function ahead(by: number) {
  const kubernetes = await testKubernetes();
  const { resourceVersion } = await kubernetes.api.list(kubernetes.target("v1", "configmaps"), {});
  return { ...kubernetes, future: String(Number(resourceVersion) + by) };
}

describe("a revision of the future", () => {
  it("is waited for, and served as soon as it is there", async () => {
    const { api, target, given, clock, future } = await ahead(1);
    const listing = api.list(target("v1", "configmaps"), { resourceVersion: future });
    await clock.turn(1_000);
    await given(CONFIG_MAP);
    await clock.turn(100);
    expect((await listing).resourceVersion).toBe(future);
  });

  it("is refused after three seconds, with a cause that clients know", async () => {
    const { api, target, given, clock, future } = await ahead(100);
    await given(CONFIG_MAP);
    const reads = [
      api.list(target("v1", "configmaps"), { resourceVersion: future }),
      api.get(target("v1", "configmaps", { name: "a" }), { resourceVersion: future }),
    ];
    const outcomes = Promise.allSettled(reads);
    await clock.turn(2_900);
    expect(clock.nextInMs).toBeDefined();
    await clock.turn(200);
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({
        status: "rejected",
        reason: {
          reason: "Timeout",
          message: `Timeout: Too large resource version: ${future}, current: ${Number(future) - 99}`,
          options: { retryAfterSeconds: 1, causes: [{ reason: "ResourceVersionTooLarge" }] },
        },
      });
    }
  });

  it("lets a watcher go that has stopped caring", async () => {
    const { api, target, clock, future } = await ahead(100);
    const ending = new AbortController();
    const options = { resourceVersion: future, signal: ending.signal };
    const watching = api.watch(target("v1", "configmaps"), options)[Symbol.asyncIterator]().next();
    await clock.turn(100);
    ending.abort();
    await clock.turn(100);
    expect(await watching).toEqual({ done: true, value: undefined });
  });
});
