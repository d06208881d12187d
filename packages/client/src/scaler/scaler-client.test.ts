import { beforeEach, describe, expect, it } from "vitest";
import type { Platform } from "../platform.ts";
import type { ClusterObject } from "./cluster-object.ts";
import { scalerOptionsFrom } from "./environment.ts";
import { type ScalerClient, scalerClient } from "./scaler-client.ts";
import { ScalerError } from "./scaler-error.ts";

const ROOT = "/ddl_cluster_scaler";

/** `METHOD path?query` → the answers, one after the other; the last one stays. */
type Answers = Record<string, readonly (readonly [status: number, body: unknown])[]>;

describe("scalerClient()", () => {
  let answers: Answers;
  let requests: { readonly line: string; readonly headers: Headers; readonly body: unknown }[];
  let pausesMs: number[];
  let client: ScalerClient;

  const platform: Platform = {
    fetch: async (input, init) => {
      const url = new URL(String(input));
      const line = `${init?.method ?? "GET"} ${url.pathname}${url.search}`;
      const body = typeof init?.body === "string" ? JSON.parse(init.body) : undefined;
      requests.push({ line, headers: new Headers(init?.headers), body });
      const left = answers[line] ?? answers[line.split("?")[0] ?? ""];
      const [status, answer] = left?.[0] ?? [404, { error: "not_found", message: "no such cluster" }];
      if (left && left.length > 1) answers[line.split("?")[0] ?? ""] = left.slice(1);
      return new Response(typeof answer === "string" ? answer : JSON.stringify(answer), { status });
    },
    pause: async (ms, signal) => {
      signal?.throwIfAborted();
      pausesMs.push(ms);
    },
  };

  beforeEach(() => {
    answers = {};
    requests = [];
    pausesMs = [];
    client = scalerClient({
      baseUrl: "http://scaler/",
      credentials: { token: "secret" },
      runId: "abc",
      platform,
    });
  });

  it("asks for a fresh token before each call where a proxy hands them out", async () => {
    answers["GET /access-token"] = [
      [200, "first\n"],
      [200, "second"],
    ];
    answers[`GET ${ROOT}/list/rayclusters`] = [[200, { clusters: [] }]];
    client = scalerClient({ baseUrl: "http://scaler", credentials: { apiProxy: "http://proxy/" }, platform });
    await client.listClusters();
    await client.listClusters();
    const sent = requests.filter(({ line }) => line.includes("list"));
    expect(sent.map(({ headers }) => headers.get("authorization"))).toEqual([
      "Bearer first",
      "Bearer second",
    ]);
  });

  it("names the cluster after the run, whichever group its kind is of", async () => {
    answers[`GET ${ROOT}/cluster/rayclusters.ray.io/ray-abc`] = [[200, { kind: "RayCluster" }]];
    expect(await client.getClusterStatus({ kind: "rayclusters.ray.io" })).toEqual({ kind: "RayCluster" });
    await expect(client.getClusterStatus({ name: "a/../b" })).rejects.toThrow(ScalerError);
    expect(requests.at(-1)?.line).toBe(`GET ${ROOT}/cluster/rayclusters/a%2F..%2Fb`);
  });

  it("names a tier under both keys, and none when it is to stay", async () => {
    answers[`PATCH ${ROOT}/scale/rayclusters/ray-abc`] = [[200, { effective_replicas: 2 }]];
    await client.scaleCluster({ replicas: 2, workerHwTierName: "Medium" });
    expect(requests.at(-1)?.body).toEqual({
      replicas: 2,
      worker_hw_tier: "Medium",
      worker_hw_tier_id: "Medium",
    });
    await client.scaleCluster({ replicas: 3 });
    expect(requests.at(-1)?.body).toEqual({ replicas: 3 });
  });

  it("waits until the wanted workers run", async () => {
    const states = [1, 2, 3].map((nodes) => [200, dominoCluster(2, nodes)] as const);
    answers[`GET ${ROOT}/cluster/rayclusters/ray-abc`] = states;
    await client.waitUntilScalingComplete();
    expect(pausesMs).toEqual([2000, 2000]);
  });

  it("reads a cluster of ray.io once the operator has seen its newest spec", async () => {
    const cluster = (observedGeneration: number): ClusterObject => ({
      apiVersion: "ray.io/v1",
      metadata: { generation: 2 },
      status: { observedGeneration, desiredWorkerReplicas: 1, readyWorkerReplicas: 1 },
    });
    answers[`GET ${ROOT}/cluster/rayclusters/ray-abc`] = [[200, cluster(1)]];
    expect(await client.isScalingComplete()).toBe(false);
    answers[`GET ${ROOT}/cluster/rayclusters/ray-abc`] = [[200, cluster(2)]];
    expect(await client.isScalingComplete()).toBe(true);
  });

  it("gives up at the deadline, and at once when it is told to", async () => {
    answers[`GET ${ROOT}/cluster/rayclusters/ray-abc`] = [[200, dominoCluster(2, 1)]];
    await expect(client.waitUntilScalingComplete({ deadlineMs: 5000 })).rejects.toMatchObject({
      code: "Timeout",
    });
    expect(pausesMs).toEqual([2000, 2000, 1000]);
    const gone = AbortSignal.abort(new Error("no longer wanted"));
    await expect(client.waitUntilScalingComplete({ signal: gone })).rejects.toThrow("no longer wanted");
  });

  it("waits for a head that is between two pods, but not for a cluster that is gone", async () => {
    answers[`GET ${ROOT}/restart_head_status/rayclusters/ray-abc`] = [
      [404, { status: "head_pod_not_found" }],
      [200, { status: "restarted_and_ready" }],
    ];
    const restartedSince = "2025-01-01T00:00:00+00:00";
    await client.waitUntilNodeRestarted({ restartedSince });
    expect(requests.at(-1)?.line).toContain("?started_at=2025-01-01T00%3A00%3A00%2B00%3A00");
    await expect(client.waitUntilNodeRestarted({ name: "gone", restartedSince })).rejects.toMatchObject({
      status: 404,
    });
  });

  it("says what was refused and why, and never the credentials", async () => {
    const refusal = { error: "not_scalable", message: "Cannot scale this cluster: autoscaling not enabled" };
    answers[`PATCH ${ROOT}/scale/rayclusters/ray-abc`] = [[409, refusal]];
    const error = await client.scaleCluster({ replicas: 1 }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 409, code: "not_scalable", body: refusal });
    expect(String(error)).toContain("autoscaling not enabled");
    expect(JSON.stringify(error)).not.toContain("secret");
  });

  it("does not follow a scaler elsewhere", async () => {
    answers[`GET ${ROOT}/cluster/rayclusters/ray-abc`] = [[302, ""]];
    await expect(client.getClusterStatus()).rejects.toMatchObject({ status: 302 });
  });
});

describe("scalerOptionsFrom()", () => {
  it("takes the first identity that is set", () => {
    const all = { DOMINO_API_PROXY: "p", DOMINO_TOKEN: "t", DOMINO_API_KEY: "k", DOMINO_RUN_ID: "r" };
    expect(scalerOptionsFrom(all)).toMatchObject({ credentials: { apiProxy: "p" }, runId: "r" });
    expect(scalerOptionsFrom({ ...all, DOMINO_API_PROXY: "" }).credentials).toEqual({ token: "t" });
    expect(scalerOptionsFrom({ DOMINO_API_KEY: "k" })).toEqual({
      baseUrl: "http://ddl-cluster-scaler-svc.domino-field.svc.cluster.local",
      credentials: { apiKey: "k" },
    });
    expect(() => scalerOptionsFrom({})).toThrow("set DOMINO_API_PROXY, DOMINO_TOKEN or DOMINO_API_KEY");
  });
});

function dominoCluster(workers: number, nodes: number): ClusterObject {
  return {
    apiVersion: "distributed-compute.dominodatalab.com/v1alpha1",
    spec: { worker: { replicas: workers }, autoscaling: { minReplicas: workers } },
    status: { nodes: Array.from({ length: nodes }, (_, index) => `node-${index}`) },
  };
}
