import type { Caller, Credentials } from "@heliostat/identity";
import { cachedAuthenticator } from "@heliostat/identity";
import type { KubeClient } from "@heliostat/kube";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  dominoCluster,
  type ScalerBench,
  SYSTEM_CLOCK,
  scalerBench,
  TOKENS,
} from "./testing/scaler-bench.ts";

const EACH = 1000;
const KINDS = ["RayCluster", "DaskCluster", "SparkCluster"] as const;

describe(`a list of ${EACH.toLocaleString("en")} clusters of each of three kinds`, () => {
  let bench: ScalerBench;
  let reads = 0;
  const asked: Credentials[] = [];

  beforeAll(async () => {
    const authenticate = async (credentials: Credentials): Promise<Caller | undefined> => {
      asked.push(credentials);
      return { name: "alice", id: "a1", groups: [], isAdmin: false };
    };
    bench = await scalerBench({
      around: (client) =>
        counting(client, () => {
          reads += 1;
        }),
      authenticator: cachedAuthenticator({ authenticate }, { clock: SYSTEM_CLOCK }),
    });
    for (const kind of KINDS)
      for (let index = 0; index < EACH; index++)
        await bench.given(dominoCluster(kind, `c${index}`, { owner: index % 2 ? "a1" : "b2" }));
    await bench.heard();
  }, 120_000);
  afterAll(() => bench.stop());

  it("asks Kubernetes nothing, and the identity provider once for each caller", async () => {
    reads = 0;
    for (let round = 0; round < 3; round++) {
      for (const plural of ["rayclusters", "daskclusters", "sparkclusters"]) {
        const { json } = await bench.call(`GET /ddl_cluster_scaler/list/${plural}`, { token: TOKENS.alice });
        expect(json.count).toBe(EACH / 2);
      }
      const { json } = await bench.call("GET /api/v1/clusters/rayclusters?limit=100", {
        token: TOKENS.alice,
      });
      expect(json.items).toHaveLength(100);
    }
    expect(reads).toBe(0);
    expect(asked).toEqual([{ bearer: TOKENS.alice }]);
  });

  it("comes in pages on /api/v1, each cluster once", async () => {
    const names: string[] = [];
    for (let after: string | null = ""; after !== null; ) {
      const page = await bench.call(`GET /api/v1/clusters/sparkclusters?limit=200&after=${after}`, {
        token: TOKENS.alice,
      });
      names.push(...page.json.items.map((item: { name: string }) => item.name));
      after = page.json.next;
    }
    expect(names).toHaveLength(EACH / 2);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual([...names].sort());
  });
});

function counting(client: KubeClient, onRead: () => void): KubeClient {
  return new Proxy(client, {
    get(target, member) {
      const value: unknown = Reflect.get(target, member);
      if (typeof value !== "function") return value;
      return (...parameters: unknown[]) => {
        if (member === "get" || member === "list" || member === "watch") onRead();
        return value.apply(target, parameters);
      };
    },
  });
}
