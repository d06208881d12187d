import { JOBS, type Job, PODS, RESOURCE_QUOTAS } from "@heliostat/kube";
import { RAY_CLUSTERS } from "@heliostat/ray";
import { afterEach, describe, expect, it } from "vitest";
import { OperatorWorld } from "../testing/operator-world.ts";

const FINALIZER = "ray.io/gcs-ft-redis-cleanup-finalizer";
const CLUSTER = { namespace: "default", name: "c" };
const REDIS = { gcsFaultToleranceOptions: { redisAddress: "redis:6379" } };

let world: OperatorWorld;
afterEach(() => world.end());

describe("a cluster that keeps its state in Redis", () => {
  it("has its finalizer before anything that could leave state behind", async () => {
    world = await OperatorWorld.begin();
    await world.make(REDIS);
    await world.pass(60);
    expect((await world.cluster()).metadata.finalizers).toEqual([FINALIZER]);
    expect(world.writes()[0]).toMatchObject({ verb: "patch", resource: "rayclusters" });
    expect((await world.cluster()).status?.state).toBe("ready");
  });

  it("is promised nothing where the operator is set up so, and goes at once", async () => {
    world = await OperatorWorld.begin({ settings: { ray: { emptiesRedis: false } } });
    await world.make(REDIS);
    await world.pass(60);
    expect((await world.cluster()).metadata.finalizers ?? []).toEqual([]);
    await world.client.delete(RAY_CLUSTERS, CLUSTER);
    await world.pass(5);
    await expect(world.cluster()).rejects.toThrow("not found");
  });

  it.each(["Complete", "Failed"])(
    "goes once its pods and then a job have ended, the job %s",
    async (type) => {
      world = await OperatorWorld.begin({ hasNode: false });
      await world.make(REDIS);
      await world.pass(5);
      await world.client.delete(RAY_CLUSTERS, CLUSTER);
      await world.pass(1);
      expect(await world.pods()).toEqual([]);
      await world.pass(5);
      const [job] = (await world.client.list(JOBS, { namespace: "default" })).items;
      expect(job?.metadata.name).toBe("c-redis-cleanup");
      expect((await world.cluster()).status?.why).toContain("Redis is being deleted");
      if (job) await endJob(job, type);
      await world.pass(5);
      await expect(world.cluster()).rejects.toThrow("not found");
      expect(await world.reasons()).toContain("CreatedRedisCleanupJob");
    },
  );

  it("goes after its deadline, whatever became of the job", async () => {
    world = await OperatorWorld.begin({ hasNode: false });
    await world.make({ ...REDIS, metadata: { annotations: { "ray.io/gcs-ft-deletion-timeout": "90" } } });
    await world.pass(5);
    await world.client.delete(RAY_CLUSTERS, CLUSTER);
    await world.pass(85);
    expect((await world.cluster()).metadata.finalizers).toEqual([FINALIZER]);
    await world.pass(10);
    await expect(world.cluster()).rejects.toThrow("not found");
    const [event] = (await world.events()).filter(({ reason }) => reason === "ForceDeletedStuckCluster");
    expect(event?.type).toBe("Warning");
  });

  it("goes after its deadline even where no job may be made", async () => {
    world = await OperatorWorld.begin({ hasNode: false });
    await world.client.create(RESOURCE_QUOTAS, {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { namespace: "default", name: "no-jobs" },
      spec: { hard: { "count/jobs.batch": "0" } },
    });
    await world.make(REDIS);
    await world.pass(5);
    await world.client.delete(RAY_CLUSTERS, CLUSTER);
    await world.pass(310);
    await expect(world.cluster()).rejects.toThrow("not found");
  });

  it("goes even when its spec is not valid any more", async () => {
    world = await OperatorWorld.begin({ hasNode: false });
    await world.make(REDIS);
    await world.pass(5);
    await world.edit({
      spec: { workerGroupSpecs: [], headGroupSpec: { rayStartParams: { labels: "a=b" } } },
    });
    await world.pass(5);
    expect((await world.conditions())["Degraded"]).toBe("True InvalidRayClusterSpec");
    await world.client.delete(RAY_CLUSTERS, CLUSTER);
    await world.pass(5);
    const [job] = (await world.client.list(JOBS, { namespace: "default" })).items;
    if (job) await endJob(job, "Complete");
    await world.pass(5);
    await expect(world.cluster()).rejects.toThrow("not found");
  });

  it("goes at once when its spec no longer names the Redis", async () => {
    world = await OperatorWorld.begin({ hasNode: false });
    await world.make(REDIS);
    await world.pass(5);
    await world.edit({ spec: { gcsFaultToleranceOptions: null } });
    await world.pass(5);
    await world.client.delete(RAY_CLUSTERS, CLUSTER);
    await world.pass(5);
    await expect(world.cluster()).rejects.toThrow("not found");
    expect(await world.reasons()).toContain("ForceDeletedStuckCluster");
  });

  it("takes its pods with it", async () => {
    world = await OperatorWorld.begin();
    await world.make();
    await world.pass(30);
    await world.client.delete(RAY_CLUSTERS, CLUSTER);
    await world.pass(120);
    expect(await world.names(PODS)).toEqual([]);
  });
});

async function endJob({ metadata: { namespace = "", name } }: Job, type: string): Promise<void> {
  const body = { status: { conditions: [{ type, status: "True" }] } };
  await world.client.patch(
    JOBS,
    { namespace, name },
    { subresource: "status", patch: { type: "merge", body } },
  );
}
