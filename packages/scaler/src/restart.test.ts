import { EVENTS, PODS } from "@heliostat/kube";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  becomesReady,
  dominoCluster,
  dominoPod,
  NAMESPACE,
  rayIoCluster,
  type ScalerBench,
  scalerBench,
  TOKENS,
} from "./testing/scaler-bench.ts";

const LONG_AGO = "2020-01-01T00:00:00Z";
const FAR_AHEAD = "2099-12-31T00:00:00Z";
const alice = { token: TOKENS.alice };

describe("restarting a head", () => {
  let bench: ScalerBench;

  beforeAll(async () => {
    bench = await scalerBench();
    await bench.given(dominoCluster("RayCluster", "ray-run1"));
    await bench.given(dominoCluster("SparkCluster", "spark-run1"));
    await bench.given(dominoCluster("RayCluster", "ray-bare"));
    await bench.given({ ...rayIoCluster("ray-run2", [{ groupName: "a", replicas: 1 }]) });
    await bench.given({
      apiVersion: "distributed-compute.dominodatalab.com/v1alpha1",
      kind: "MPICluster",
      metadata: {
        name: "mpi-run1",
        namespace: NAMESPACE,
        labels: { "dominodatalab.com/starting-user-id": "a1" },
      },
      spec: { worker: { sharedSSHSecret: "keys" } },
    });
    await bench.heard();
  });
  afterAll(() => bench.stop());

  async function head(cluster: string, role: string): Promise<string> {
    const { metadata } = await bench.given(dominoPod(cluster, role));
    await becomesReady(bench.client, metadata.name);
    await bench.heard();
    return metadata.uid ?? "";
  }

  const status = (query: string) =>
    bench.call(`GET /ddl_cluster_scaler/restart_head_status/rayclusters/ray-run1?${query}`, alice);

  it("deletes the very pod, and follows it until another one is ready", async () => {
    const uid = await head("ray-run1", "ray-head");
    expect((await status(`started_at=${LONG_AGO}`)).json.status).toBe("restarted_and_ready");
    const restart = await bench.call(
      `PATCH /ddl_cluster_scaler/restart_head/rayclusters/ray-run1?started_at=${LONG_AGO}`,
      alice,
    );
    expect(restart).toMatchObject({
      status: 202,
      json: {
        ok: true,
        namespace: NAMESPACE,
        pod: "ray-run1-ray-head-0",
        grace_period_seconds: 20,
        started_at: LONG_AGO,
        previous_pod_uid: uid,
        k8s_response: { kind: "Status", status: "Success" },
      },
    });
    await bench.heard();
    // The cluster is there, so clients that poll are not told 404.
    expect(await status(`started_at=${LONG_AGO}`)).toMatchObject({
      status: 200,
      json: {
        ok: false,
        restarted: false,
        ready: false,
        status: "head_pod_not_found",
        pod: "ray-run1-ray-head-0",
      },
    });
    await bench.given(dominoPod("ray-run1", "ray-head"));
    await bench.heard();
    expect((await status(`started_at=${LONG_AGO}`)).json).toMatchObject({
      ok: false,
      status: "restarted_but_not_ready",
    });
    await becomesReady(bench.client, "ray-run1-ray-head-0");
    await bench.heard();
    expect((await status(`started_at=${LONG_AGO}`)).json).toMatchObject({
      ok: true,
      restarted: true,
      ready: true,
      status: "restarted_and_ready",
    });
    expect((await status(`started_at=${FAR_AHEAD}`)).json).toMatchObject({
      ok: false,
      status: "not_restarted",
    });
    const { items } = await bench.client.list(EVENTS, { namespace: NAMESPACE });
    expect(items.map(({ reason, note }) => `${reason}: ${note}`)).toContain(
      "RestartingHead: alice restarts the head: pod ray-run1-ray-head-0",
    );
  });

  it("does not take the old pod for the new one, though it was made in the same second", async () => {
    await head("ray-bare", "ray-head");
    const since = new Date().toISOString().slice(0, 10);
    const kept = { ...alice };
    // A finalizer keeps it: it is on its way out and still there.
    const patch = { type: "merge", body: { metadata: { finalizers: ["test/keep"] } } } as const;
    await bench.client.patch(PODS, { name: "ray-bare-ray-head-0", namespace: NAMESPACE }, { patch });
    await bench.call("POST /ddl_cluster_scaler/restart-head/rayclusters/ray-bare", kept);
    await bench.heard();
    const { json } = await bench.call(
      `GET /ddl_cluster_scaler/restart_head_status/rayclusters/ray-bare?started_at=${since}`,
      kept,
    );
    expect(json).toMatchObject({ ok: false, restarted: false, status: "not_restarted" });
  });

  it.each([
    ["", /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/],
    [`?started_at=${FAR_AHEAD}`, /^20[2-8]/],
    ["?started_at=yesterday", /^20[2-8]/],
    ["?started_at=2024-05-06T07:08:09%2B02:00", /^2024-05-06T07:08:09\+02:00$/],
    ["?started_at=2024-05-06", /^2024-05-06$/],
  ])("echoes the caller's stamp %j unless it is none or ahead of the API's clock", async (query, echoed) => {
    await head("spark-run1", "spark-master").catch(() => undefined);
    const reply = await bench.call(
      `PATCH /ddl_cluster_scaler/restart_head/sparkclusters/spark-run1${query}`,
      alice,
    );
    expect(reply).toMatchObject({ status: 202, json: { pod: "spark-run1-spark-master-0" } });
    expect(reply.json.started_at).toMatch(echoed);
  });

  it("says which pod is missing", async () => {
    expect(
      await bench.call("PATCH /ddl_cluster_scaler/restart_head/rayclusters.ray.io/ray-run2", alice),
    ).toMatchObject({
      status: 404,
      json: { error: "NotFound", ok: false, namespace: NAMESPACE, pod: "ray-run2-0" },
    });
    expect(
      await bench.call("PATCH /ddl_cluster_scaler/restart_head/mpiclusters/mpi-run1", alice),
    ).toMatchObject({
      status: 409,
      json: { error: "not_supported" },
    });
  });

  it.each(["", "?started_at=", "?started_at=soon", "?started_at=2024-13-01", "?started_at=1&started_at=2"])(
    "the status wants a moment: %j",
    async (query) => {
      expect(
        await bench.call(`GET /ddl_cluster_scaler/restart_head_status/rayclusters/ray-run1${query}`, alice),
      ).toMatchObject({
        status: 400,
        json: { error: "bad_request", message: "started_at (ISO-8601) is required" },
      });
    },
  );

  it.each(["ray-run1-ray-head-0", "ray-run1-head-0"])("knows the cluster of the pod %s", async (pod) => {
    const path = `/ddl_cluster_scaler/head/restart_status/${NAMESPACE}/${pod}?started_at=${LONG_AGO}`;
    expect(await bench.call(`GET ${path}`, alice)).toMatchObject({
      status: 200,
      json: { ok: true, reason: null, require_ready: true, pod: "ray-run1-ray-head-0" },
    });
    expect((await bench.call(`GET ${path}`, { token: TOKENS.bob })).status).toBe(404);
    expect((await bench.call(`GET ${path.replace(NAMESPACE, "kube-system")}`, alice)).status).toBe(404);
  });

  it("knows spark-<RUN>-master-0 too", async () => {
    await head("spark-run1", "spark-master").catch(() => undefined);
    const path = `/ddl_cluster_scaler/head/restart_status/${NAMESPACE}/spark-run1-master-0?started_at=${LONG_AGO}&require_ready=false`;
    expect(await bench.call(`GET ${path}`, alice)).toMatchObject({
      status: 200,
      json: { pod: "spark-run1-spark-master-0" },
    });
  });

  it("tells of a roll of workers by the oldest of them", async () => {
    const path = "/ddl_cluster_scaler/restart_status/rayclusters/ray-run1/worker";
    expect((await bench.call(`GET ${path}?started_at=${LONG_AGO}`, alice)).json).toMatchObject({
      ok: false,
      status: "pods_not_found",
      desired_replicas: 1,
    });
    await bench.given(dominoPod("ray-run1", "ray-worker"));
    await becomesReady(bench.client, "ray-run1-ray-worker-0");
    await bench.heard();
    expect((await bench.call(`GET ${path}?started_at=${LONG_AGO}`, alice)).json).toMatchObject({
      ok: true,
      status: "restarted_and_ready_counts_ok",
      statefulset: "ray-run1-ray-worker",
      running_pods: 1,
      ready_pods: 1,
    });
    expect((await bench.call(`GET ${path}?started_at=${FAR_AHEAD}`, alice)).json).toMatchObject({
      ok: false,
      status: "not_restarted",
    });
    expect(
      (await bench.call(`GET ${path.replace("worker", "driver")}?started_at=${LONG_AGO}`, alice)).status,
    ).toBe(400);
  });

  it("another tier of the head is a restart, the same one is none", async () => {
    const path = "/ddl_cluster_scaler/head-hw-tier/rayclusters/ray-run1";
    const body = { head_hw_tier_name: "Medium" };
    const first = await bench.call(`PATCH ${path}`, { ...alice, body });
    expect(first).toMatchObject({
      status: 200,
      json: {
        kind: "rayclusters",
        name: "ray-run1",
        head_hw_tier_name: "Medium",
        object: {
          spec: {
            head: {
              labels: { "dominodatalab.com/hardware-tier-id": "medium" },
              resources: { requests: { cpu: "2", memory: "4Gi" } },
            },
          },
        },
        previous_pod_uid: expect.any(String),
      },
    });
    // The cluster's own operator replaces the pod; it is not deleted beside.
    await bench.heard();
    expect(
      (await bench.client.get(PODS, { name: "ray-run1-ray-head-0", namespace: NAMESPACE })).metadata.name,
    ).toBe("ray-run1-ray-head-0");
    const second = await bench.call(`PATCH ${path}`, { ...alice, body });
    expect(second.json.previous_pod_uid).toBeNull();
    expect(second.json.object.metadata.resourceVersion).toBe(first.json.object.metadata.resourceVersion);
    expect(
      await bench.call(`PATCH ${path}`, { ...alice, body: { head_hw_tier_name: "Huge" } }),
    ).toMatchObject({
      status: 400,
      json: { error: "invalid_hw_tier", message: "Hardware tier not found: Huge" },
    });
  });

  it("rolls workers by their template, where an operator does that", async () => {
    const path = (kind: string, name: string) => `POST /api/v1/clusters/${kind}/${name}/restart`;
    const body = { role: "worker" };
    const { status: code, json } = await bench.call(path("rayclusters", "ray-run1"), { ...alice, body });
    expect({ code, json }).toMatchObject({ code: 202, json: { startedAt: expect.any(String), pod: null } });
    const stored = await bench.stored(
      "distributed-compute.dominodatalab.com/v1alpha1/RayCluster",
      "ray-run1",
    );
    expect(stored).toMatchObject({
      spec: { worker: { replicas: 1, annotations: { "heliostat.dev/restarted-at": json.startedAt } } },
    });
    expect(await bench.call(path("rayclusters.ray.io", "ray-run2"), { ...alice, body })).toMatchObject({
      status: 409,
      json: { error: "not_supported" },
    });
    for (const wrong of [{ role: "driver" }, { role: "worker", tier: "Small" }])
      expect((await bench.call(path("rayclusters", "ray-run1"), { ...alice, body: wrong })).status).toBe(400);
  });

  it("/api/v1 says the same in its own words", async () => {
    await head("ray-run1", "ray-head").catch(() => undefined);
    const path = "/api/v1/clusters/rayclusters/ray-run1/restart";
    const { status: code, json } = await bench.call(`POST ${path}`, { ...alice, body: {} });
    expect(code).toBe(202);
    expect(json).toMatchObject({
      pod: "ray-run1-ray-head-0",
      previousPodUid: expect.any(String),
      gracePeriodSeconds: 20,
      tier: null,
    });
    await bench.heard();
    await head("ray-run1", "ray-head");
    const done = await bench.call(
      `GET ${path}?startedAt=${json.startedAt}&previousPodUid=${json.previousPodUid}`,
      alice,
    );
    expect(done.json).toMatchObject({ done: true, role: "head", status: "restarted_and_ready" });
    expect((await bench.call(`GET ${path}?startedAt=${LONG_AGO}&role=worker`, alice)).json).toMatchObject({
      role: "worker",
      desired: 1,
    });
  });
});
