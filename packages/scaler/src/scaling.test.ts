import { tiersFromFile } from "@heliostat/engines";
import { EVENTS } from "@heliostat/kube";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  daskOrgCluster,
  dominoCluster,
  NAMESPACE,
  rayIoCluster,
  type ScalerBench,
  type ScalerBenchOptions,
  scalerBench,
  TOKENS,
} from "./testing/scaler-bench.ts";

const alice = { token: TOKENS.alice };
const DEMO = "/ddl_cluster_scaler/scale/rayclusters/demo";

describe("scaling by the Python client's routes", () => {
  let bench: ScalerBench;
  beforeAll(async () => {
    bench = await scalerBench({
      tiers: tiersFromFile({
        tiers: [
          { id: "small-1", name: "Small", requests: { cpu: 1, memory: "2Gi" } },
          {
            id: "gpu-1",
            name: "Gpu",
            nodePool: "gpus",
            requests: { cpu: 4, memory: "16Gi", "nvidia.com/gpu": 1 },
          },
          { id: "s", name: "SparkOnly", requests: { cpu: 1, memory: 1 }, restrictedTo: ["spark", "mpi"] },
        ],
      }),
    });
    await bench.given(dominoCluster("RayCluster", "demo"));
    await bench.heard();
  });
  afterAll(() => bench.stop());

  const scaled = (body: object) => bench.call(`PATCH ${DEMO}`, { ...alice, body });

  it("moves floor and number, up to the ceiling", async () => {
    expect(await scaled({ replicas: 3 })).toMatchObject({
      status: 200,
      json: {
        kind: "rayclusters",
        name: "demo",
        requested_replicas: 3,
        effective_replicas: 3,
        capped: false,
        maxReplicas: 5,
        worker_hw_tier_id: null,
        mode: "floor",
        writer: "hpa",
        warnings: [],
        object: { spec: { autoscaling: { minReplicas: 3, maxReplicas: 5 }, worker: { replicas: 3 } } },
      },
    });
    expect((await scaled({ replicas: "9" })).json).toMatchObject({
      requested_replicas: 9,
      effective_replicas: 5,
      capped: true,
    });
  });

  it("takes zero, keeps the floor, and says that autoscaling stands still", async () => {
    await scaled({ replicas: 2 });
    const { json } = await scaled({ replicas: 0 });
    expect(json.object.spec).toMatchObject({ autoscaling: { minReplicas: 2 }, worker: { replicas: 0 } });
    expect(json.warnings).toMatchObject([{ code: "autoscaling_paused" }]);
  });

  it("leaves an event and an annotation that say who, from what and to what", async () => {
    await scaled({ replicas: 1 });
    const { json } = await scaled({ replicas: 4 });
    expect(json.object.metadata.annotations["heliostat.dev/last-scaled-by"]).toMatch(
      /^alice 20\S+Z 1→4 floor$/,
    );
    await bench.heard();
    const { items } = await bench.client.list(EVENTS, { namespace: NAMESPACE });
    expect(items.map(({ note }) => note)).toContain("alice scaled worker group worker from 1 to 4 (floor)");
    const again = await scaled({ replicas: 4 });
    expect(again.json.object.metadata.resourceVersion).toBe(json.object.metadata.resourceVersion);
  });

  it.each([
    [{ worker_hw_tier_name: "Gpu" }, "gpu-1"],
    [{ worker_hw_tier: "Gpu", worker_hw_tier_id: "Small" }, "gpu-1"],
    [{ worker_hw_tier_id: "small-1" }, "small-1"],
    [{ worker_hw_tier_id: "Small" }, "small-1"],
    [{ worker_hw_tier_name: "", worker_hw_tier: null, worker_hw_tier_id: "small-1" }, "small-1"],
  ])("gives workers the tier of %j", async (tier, id) => {
    const { json } = await scaled({ replicas: 2, ...tier });
    expect(json).toMatchObject({ worker_hw_tier_id: id, restarted_ts: expect.any(String) });
    expect(json.object.spec.worker.labels).toMatchObject({ "dominodatalab.com/hardware-tier-id": id });
  });

  it("leaves nothing of the former tier", async () => {
    await scaled({ replicas: 2, worker_hw_tier_name: "Gpu" });
    const { json } = await scaled({ replicas: 2, worker_hw_tier_name: "Small" });
    expect(json.object.spec.worker).toMatchObject({
      resources: { requests: { cpu: "1", memory: "2Gi" } },
      nodeSelector: {},
    });
    expect(JSON.stringify(json.object.spec.worker)).not.toMatch(/gpu/i);
  });

  it.each([
    [{ worker_hw_tier_name: "None" }, "Hardware tier not found: None"],
    [
      { worker_hw_tier: "SparkOnly" },
      "Hardware tier 'SparkOnly' is restricted to ['sparkclusters', 'mpicluster']",
    ],
    [{ head_hw_tier_name: "None" }, "Hardware tier not found: None"],
  ])("refuses %j", async (tier, message) => {
    expect(await scaled({ replicas: 2, ...tier })).toMatchObject({
      status: 400,
      json: { error: "invalid_hw_tier", message },
    });
  });
});

describe("scaling, other kinds and other settings", () => {
  let bench: ScalerBench;
  afterEach(() => bench.stop());

  async function given(objects: readonly object[], options: ScalerBenchOptions = {}): Promise<void> {
    bench = await scalerBench(options);
    for (const object of objects) await bench.given(object);
    await bench.heard();
  }

  it("ray.io: the only group needs no name, of several one must be named", async () => {
    await given([
      rayIoCluster("demo", [{ groupName: "a", replicas: 1, minReplicas: 0, maxReplicas: 4 }]),
      rayIoCluster("second", [
        { groupName: "a", replicas: 1, maxReplicas: 4 },
        { groupName: "b", replicas: 1, maxReplicas: 4 },
      ]),
    ]);
    const one = await bench.call("PATCH /ddl_cluster_scaler/scale/rayclusters.ray.io/demo", {
      ...alice,
      body: { replicas: 9 },
    });
    expect(one.json).toMatchObject({ effective_replicas: 4, capped: true, writer: "none", group: "a" });
    expect(one.json.object.spec.workerGroupSpecs).toMatchObject([
      { replicas: 4, minReplicas: 4, maxReplicas: 4 },
    ]);
    const path = "PATCH /ddl_cluster_scaler/scale/rayclusters.ray.io/second";
    expect(await bench.call(path, { ...alice, body: { replicas: 2 } })).toMatchObject({
      status: 400,
      json: { error: "group_required", groups: ["a", "b"] },
    });
    const { json } = await bench.call(path, { ...alice, body: { replicas: 3, group: "b" } });
    expect(json.object.spec.workerGroupSpecs).toMatchObject([
      { groupName: "a", replicas: 1 },
      { groupName: "b", replicas: 3 },
    ]);
  });

  it("a bare plural is Domino's where Domino's is served, and else whoever's is", async () => {
    await given([rayIoCluster("demo", [{ groupName: "a", replicas: 1 }])], { families: ["ray"] });
    expect(
      (await bench.call("GET /ddl_cluster_scaler/cluster/rayclusters/demo", alice)).json.apiVersion,
    ).toBe("ray.io/v1");
    await bench.stop();
    await given([
      rayIoCluster("demo", [{ groupName: "a", replicas: 1 }]),
      dominoCluster("RayCluster", "demo"),
    ]);
    expect(
      (await bench.call("GET /ddl_cluster_scaler/cluster/rayclusters/demo", alice)).json.apiVersion,
    ).toMatch(/dominodatalab/);
    expect(
      (await bench.call("GET /ddl_cluster_scaler/cluster/rayclusters.ray.io/demo", alice)).json.apiVersion,
    ).toBe("ray.io/v1");
  });

  it("a kind that nobody serves is an empty list", async () => {
    await given([], { families: ["ray"] });
    expect((await bench.call("GET /ddl_cluster_scaler/list/sparkclusters", alice)).json).toEqual({
      kind: "sparkclusters",
      count: 0,
      clusters: [],
    });
  });

  it("dask.org: an autoscaler owns the number; a floor is its minimum", async () => {
    const metadata = { name: "demo", namespace: NAMESPACE };
    const autoscaler = {
      apiVersion: "kubernetes.dask.org/v1",
      kind: "DaskAutoscaler",
      metadata,
      spec: { cluster: "demo", minimum: 1, maximum: 5 },
    };
    await given([daskOrgCluster("demo"), autoscaler], { families: ["dask"] });
    const path = "POST /api/v1/clusters/daskclusters/demo/scale";
    expect(await bench.call(path, { ...alice, body: { replicas: 3 } })).toMatchObject({
      status: 409,
      json: { error: "autoscaler_owns_replicas" },
    });
    const floored = await bench.call(path, { ...alice, body: { replicas: 3, mode: "floor" } });
    expect(floored.json).toMatchObject({ effectiveReplicas: 3, writer: "dask-autoscaler" });
    expect(await bench.stored("kubernetes.dask.org/v1/DaskAutoscaler", "demo")).toMatchObject({
      spec: { minimum: 3, maximum: 5 },
    });
    const taken = await bench.call(path, { ...alice, body: { replicas: 8, takeover: true } });
    expect(taken.json).toMatchObject({ effectiveReplicas: 8, writer: "none" });
    await expect(bench.stored("kubernetes.dask.org/v1/DaskAutoscaler", "demo")).rejects.toThrow();
  });

  it("/api/v1: modes, a dry run that writes nothing, progress, and who owns the number", async () => {
    const nodes = { status: { nodes: ["head", "w0"], clusterStatus: "Running" } };
    await given([{ ...dominoCluster("RayCluster", "demo"), ...nodes }]);
    const path = "/api/v1/clusters/rayclusters/demo";
    const dry = await bench.call(`POST ${path}/scale`, {
      ...alice,
      body: { replicas: 4, mode: "pin", dryRun: true },
    });
    expect(dry.json).toMatchObject({ dryRun: true, effectiveReplicas: 4, mode: "pin" });
    expect((await bench.call(`GET ${path}`, alice)).json).toMatchObject({
      owner: "a1",
      writer: "hpa",
      groups: [{ name: "worker", replicas: 1, minReplicas: 1, maxReplicas: 5 }],
    });
    const pinned = await bench.call(`POST ${path}/scale`, { ...alice, body: { replicas: 4, mode: "pin" } });
    expect(pinned.json.cluster.groups).toMatchObject([{ replicas: 4, minReplicas: 4, maxReplicas: 4 }]);
    const token = pinned.json.progressToken;
    const progress = (query: string) => bench.call(`GET ${path}/progress?${query}`, alice);
    expect((await progress(`token=${token}`)).json).toMatchObject({
      done: false,
      superseded: false,
      desired: 4,
    });
    const set = await bench.call(`POST ${path}/scale`, { ...alice, body: { replicas: 2 } });
    expect(set.json).toMatchObject({
      mode: "set",
      maxReplicas: 5,
      warnings: [{ code: "below_minimum" }, { code: "autoscaler_may_change_replicas" }],
    });
    expect((await progress(`token=${token}`)).json).toMatchObject({ done: false, superseded: true });
    expect((await progress("token=x")).status).toBe(400);
  });

  it("a setting caps even the route that raises ceilings", async () => {
    await given([dominoCluster("RayCluster", "demo")], { settings: { maxReplicas: 8 } });
    const body = { cluster_name: "demo", replicas: 100 };
    const { json } = await bench.call("POST /cluster/scale/rayclusters", { ...alice, body });
    expect(json).toMatchObject({
      replicas: 8,
      object: { spec: { autoscaling: { minReplicas: 8, maxReplicas: 8 } } },
    });
  });

  it("a switch tells apart what is not there and what is not the caller's, as the first scaler did", async () => {
    await given([dominoCluster("RayCluster", "others", { owner: "b2" })], {
      settings: { tellsApart: true, showsWholeTier: true },
    });
    for (const root of ["/cluster", "/ddl_cluster_scaler/cluster"]) {
      expect(await bench.call(`GET ${root}/rayclusters/others`, alice)).toMatchObject({
        status: 403,
        json: { error: "unauthorized" },
      });
      expect(await bench.call(`GET ${root}/rayclusters/none`, alice)).toMatchObject({
        status: 500,
        json: { error: "get_failed", message: "Failed to fetch cluster none", details: "NotFound" },
      });
    }
    expect((await bench.call("GET /api/v1/clusters/rayclusters/others", alice)).status).toBe(404);
  });

  it("one caller's flood is refused, and the others are served", async () => {
    await given([dominoCluster("RayCluster", "demo")], { settings: { requestsPerMinute: 5 } });
    const replies = [];
    for (let count = 0; count < 8; count++)
      replies.push(await bench.call("GET /cluster/rayclusters/demo", alice));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
    expect(replies[7]).toMatchObject({
      json: { error: "rate_limited" },
      headers: { "content-type": "application/json", "cache-control": "no-store" },
    });
    expect(replies[7]?.headers["retry-after"]).toBeDefined();
    expect((await bench.call("GET /cluster/rayclusters/demo", { token: TOKENS.admin })).status).toBe(200);
  });

  it("nobody who cannot be named gets in while the identity provider is down", async () => {
    const { IdentityError } = await import("@heliostat/identity");
    const authenticate = () => Promise.reject(new IdentityError("Unavailable", "secret upstream words"));
    await given([dominoCluster("RayCluster", "demo")], { authenticator: { authenticate } });
    for (const request of [
      "GET /ddl_cluster_scaler/list/rayclusters",
      "GET /cluster/rayclusters/demo",
      "GET /api/v1/whoami",
    ]) {
      const reply = await bench.call(request, alice);
      expect(reply).toMatchObject({ status: 502, json: { error: "identity_unavailable" } });
      expect(reply.text).not.toContain("upstream");
    }
  });

  it("says that it is alive, ready, what it counts, and what it does", async () => {
    await given([dominoCluster("RayCluster", "demo")]);
    expect((await bench.call("GET /healthz")).json).toEqual({ status: "healthy" });
    expect((await bench.call("GET /readyz")).json).toEqual({ status: "ready" });
    await bench.call(`PATCH ${DEMO}`, { ...alice, body: { replicas: 9 } });
    const metrics = await bench.call("GET /metrics");
    expect(metrics.text).toContain('scaler_scale_total{kind="rayclusters",mode="floor",capped="true"} 1');
    expect(metrics.text).toMatch(
      /scaler_requests_total\{method="PATCH",route="\/ddl_cluster_scaler\/scale\/\{kind\}\/\{name\}",code="200"\} 1/,
    );
    expect((await bench.call("GET /openapi.json")).json.openapi).toBe("3.1.0");
    expect((await bench.call("GET /docs")).text).toContain("swagger-ui-bundle.js");
    expect((await bench.call("HEAD /healthz")).status).toBe(200);
  });

  it("is not ready while Kubernetes does not answer", async () => {
    let isDown = false;
    const { KubeError } = await import("@heliostat/kube");
    await given([], {
      around: (client) =>
        new Proxy(client, {
          get(target, member) {
            const value: unknown = Reflect.get(target, member);
            if (typeof value !== "function") return value;
            return (...parameters: unknown[]) => {
              if (member === "list" && isDown) throw new KubeError("Unavailable", "down");
              return value.apply(target, parameters);
            };
          },
        }),
    });
    isDown = true;
    expect(await bench.call("GET /readyz")).toMatchObject({
      status: 503,
      json: { status: "not_ready", problems: [expect.stringContaining("Unavailable")] },
    });
    expect((await bench.call("GET /healthz")).status).toBe(200);
  });
});
