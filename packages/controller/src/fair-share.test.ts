import { CONFIG_MAPS, type ConfigMap, type KubeClient } from "@heliostat/kube";
import { settled } from "@heliostat/kube/testing";
import { describe, expect, it } from "vitest";
import { FairShare } from "./fair-share.ts";

describe("FairShare", () => {
  it("never has more requests in flight than it may, nor more than half for one key", async () => {
    const { inFlight, send, answerAll } = bench(8);
    send("big", 100);
    await settled();
    expect(inFlight()).toEqual(Array(4).fill("big"));
    send("other", 100);
    await settled();
    expect(inFlight()).toHaveLength(8);
    await answerAll();
    expect(inFlight()).toEqual([]);
  });

  it("lets a newcomer through at once while a key with a thousand requests holds back", async () => {
    const { inFlight, send, answerRound, answered } = bench(32);
    send("big", 1000);
    await settled();
    for (let round = 0; round < 3; round += 1) await answerRound();
    const before = answered("big");
    send("small", 5);
    await settled();
    expect(inFlight().filter((key) => key === "small")).toHaveLength(5);
    await answerRound();
    expect(answered("small")).toBe(5);
    expect(answered("big") - before).toBeLessThanOrEqual(20);
  });

  it("keeps the key with a thousand requests back from one answer of a newcomer to its next request", async () => {
    const { inFlight, send, answerRound, answered } = bench(32);
    send("big", 1000);
    await settled();
    for (let round = 0; round < 3; round += 1) await answerRound();
    const before = answered("big");
    for (let step = 0; step < 4; step += 1) {
      send("small", 1);
      await answerRound();
    }
    expect(answered("big") - before).toBeLessThanOrEqual(16 + 3 * 4);
    for (let round = 0; round < 4; round += 1) await answerRound();
    expect(inFlight()).toEqual(Array(16).fill("big"));
  });

  it("shares equally among old hands", async () => {
    const { inFlight, send, answerRound } = bench(12);
    for (const key of ["a", "b", "c"]) send(key, 500);
    await settled();
    for (let round = 0; round < 20; round += 1) await answerRound();
    for (const key of ["a", "b", "c"]) expect(inFlight().filter((each) => each === key)).toHaveLength(4);
  });

  it("goes on after a request that fails", async () => {
    const share = new FairShare({ maxInFlight: 1 });
    const client = share.clientOf("a", {
      get: () => Promise.reject(new Error("scripted")),
      list: () => Promise.resolve("listed"),
    } as unknown as KubeClient);
    await expect(client.get(CONFIG_MAPS, { name: "a" })).rejects.toThrow("scripted");
    expect(await client.list(CONFIG_MAPS)).toBe("listed");
  });
});

function bench(maxInFlight: number): {
  send: (key: string, count: number) => void;
  inFlight: () => readonly string[];
  answered: (key: string) => number;
  answerRound: () => Promise<void>;
  answerAll: () => Promise<void>;
} {
  const share = new FairShare({ maxInFlight });
  const open = new Set<{ key: string; answer: () => void }>();
  const answers: string[] = [];
  const clientOf = (key: string): KubeClient =>
    share.clientOf(key, {
      create: (_: unknown, object: ConfigMap) =>
        new Promise((resolve) => {
          const request = {
            key,
            answer: () => {
              open.delete(request);
              answers.push(key);
              resolve(object);
            },
          };
          open.add(request);
        }),
    } as unknown as KubeClient);
  async function answerRound(): Promise<void> {
    for (const { answer } of [...open]) answer();
    await settled();
  }
  return {
    send: (key, count) => {
      const client = clientOf(key);
      for (let index = 0; index < count; index += 1) void client.create(CONFIG_MAPS, configMap(`${index}`));
    },
    inFlight: () => [...open].map(({ key }) => key),
    answered: (key) => answers.filter((each) => each === key).length,
    answerRound,
    answerAll: async () => {
      while (open.size > 0) await answerRound();
    },
  };
}

function configMap(name: string): ConfigMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name } };
}
