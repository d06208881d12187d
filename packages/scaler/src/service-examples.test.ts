import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dominoCluster, OWNER_LABEL, type ScalerBench, scalerBench, TOKENS } from "./testing/scaler-bench.ts";

/** What the service's first documentation promises, example by example. */
describe("the documented service", () => {
  let bench: ScalerBench;
  const alice = { token: TOKENS.alice };

  beforeAll(async () => {
    bench = await scalerBench();
    await bench.given(dominoCluster("RayCluster", "my-raycluster"));
    await bench.given(dominoCluster("RayCluster", "others", { owner: "b2" }));
    await bench.given(dominoCluster("RayCluster", "fixed", { autoscaling: undefined }));
    await bench.heard();
  });
  afterAll(() => bench.stop());

  it("lists what the caller may see", async () => {
    const { status, json, headers } = await bench.call("GET /ddl_cluster_scaler_api/list/rayclusters", alice);
    expect(status).toBe(200);
    expect(json).toMatchObject({ kind: "rayclusters", count: 2 });
    expect(json.clusters.map((each: { metadata: { name: string } }) => each.metadata.name).sort()).toEqual([
      "fixed",
      "my-raycluster",
    ]);
    expect(headers["content-type"]).toBe("application/json");
    expect(headers["cache-control"]).toBe("no-store");
  });

  it("gets one", async () => {
    const { json } = await bench.call("GET /cluster/rayclusters/my-raycluster", alice);
    expect(json).toMatchObject({
      kind: "RayCluster",
      metadata: { name: "my-raycluster", labels: { [OWNER_LABEL]: "a1" } },
    });
    expect(json.metadata.managedFields).toBeUndefined();
  });

  it("scales, raising the ceiling by one above the number", async () => {
    const body = { cluster_name: "my-raycluster", replicas: 3 };
    const { status, json } = await bench.call("POST /cluster/scale/rayclusters", { ...alice, body });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      kind: "rayclusters",
      name: "my-raycluster",
      replicas: 3,
      object: { spec: { autoscaling: { minReplicas: 3, maxReplicas: 5 }, worker: { replicas: 3 } } },
    });
    const more = await bench.call("POST /cluster/scale/rayclusters", {
      ...alice,
      body: { ...body, replicas: 9 },
    });
    expect(more.json.object.spec.autoscaling).toEqual({ minReplicas: 9, maxReplicas: 10 });
    const read = await bench.call("GET /cluster/rayclusters/my-raycluster", alice);
    expect(read.json.spec.worker.replicas).toBe(9);
  });

  it.each([
    ["GET /ddl_cluster_scaler_api/list/pods", undefined],
    ["GET /cluster/scale/x", undefined],
    ["POST /cluster/scale/pods", { cluster_name: "x", replicas: 1 }],
  ])("%s: 400 invalid_kind", async (request, body) => {
    expect(await bench.call(request, { ...alice, body })).toMatchObject({
      status: 400,
      json: {
        error: "invalid_kind",
        message: "kind must be one of ['daskclusters', 'rayclusters', 'sparkclusters']",
      },
    });
  });

  it.each([
    [{ replicas: 3 }, "cluster_name is required"],
    [{ cluster_name: "", replicas: 3 }, "cluster_name is required"],
    [[], "cluster_name is required"],
    [{ cluster_name: "my-raycluster" }, "replicas must be a non-negative integer"],
    [{ cluster_name: "my-raycluster", replicas: -1 }, "replicas must be a non-negative integer"],
    [{ cluster_name: "my-raycluster", replicas: 1.5 }, "replicas must be a non-negative integer"],
    [{ cluster_name: "my-raycluster", replicas: true }, "replicas must be a non-negative integer"],
    [{ cluster_name: "my-raycluster", replicas: null }, "replicas must be a non-negative integer"],
    [{ cluster_name: "my-raycluster", replicas: "" }, "replicas must be a non-negative integer"],
    ['{"cluster_name":"my-raycluster","replicas":1e400}', "replicas must be a non-negative integer"],
  ])("%j: 400 bad_request", async (body, message) => {
    expect(await bench.call("POST /cluster/scale/rayclusters", { ...alice, body })).toMatchObject({
      status: 400,
      json: { error: "bad_request", message },
    });
  });

  it("says neither what is not there nor what is somebody else's", async () => {
    for (const name of ["others", "none"]) {
      expect(await bench.call(`GET /cluster/rayclusters/${name}`, alice)).toMatchObject({
        status: 403,
        json: { error: "unauthorized", message: `Not authorized to access cluster ${name}` },
      });
      const body = { cluster_name: name, replicas: 1 };
      expect(await bench.call("POST /cluster/scale/rayclusters", { ...alice, body })).toMatchObject({
        status: 403,
        json: { error: "unauthorized", message: `Not authorized to update cluster ${name}` },
      });
    }
  });

  it("does not scale what has no autoscaling", async () => {
    const body = { cluster_name: "fixed", replicas: 1 };
    expect(await bench.call("POST /cluster/scale/rayclusters", { ...alice, body })).toMatchObject({
      status: 409,
      json: { error: "not_scalable", message: "Cannot scale this cluster: autoscaling not enabled" },
    });
  });

  it("shows the nameless nothing", async () => {
    expect((await bench.call("GET /ddl_cluster_scaler_api/list/rayclusters")).json).toEqual({
      kind: "rayclusters",
      count: 0,
      clusters: [],
    });
    expect((await bench.call("GET /cluster/rayclusters/my-raycluster")).status).toBe(403);
  });
});
