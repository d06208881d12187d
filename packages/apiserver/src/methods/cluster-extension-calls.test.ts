import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { settled } from "@heliostat/kube/testing";
import {
  type Cluster,
  CreateClusterRequestSchema,
  DryRunClusterRequestSchema,
  FindAllClustersRequestSchema,
  FindClustersRequestSchema,
  PatchWorkerGroupRequestSchema,
  ResumeClusterRequestSchema,
  ScaleClusterRequestSchema,
  SuspendClusterRequestSchema,
  UpdateClusterRequestSchema,
  type WorkerGroupPatchSchema,
  type WorkerGroupScaleSchema,
} from "@heliostat/proto";
import { RAY_CLUSTERS, type RayCluster } from "@heliostat/ray";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { A_CLUSTER_SPEC, type ApiWorld, aCluster, apiWorld, aTemplate } from "../testing/api-world.ts";
import { createTemplate } from "./template-calls.ts";

let world: ApiWorld;

beforeEach(async () => {
  world = await apiWorld();
  await createTemplate(world.ports, { message: aTemplate(), extras: {} }, world.call);
});

afterEach(() => world.stop());

describe("ClusterExtensionService", () => {
  it("scales groups by name, zero included, and leaves the others", async () => {
    await made(aCluster());
    const told = await scaled([{ groupName: "small-wg", replicas: 0, minReplicas: 0 }]);
    expect(told.clusterSpec?.workerGroupSpec[0]).toMatchObject({
      replicas: 0,
      minReplicas: 0,
      maxReplicas: 5,
    });
    expect((await stored()).spec.workerGroupSpecs?.[0]).toMatchObject({ replicas: 0, minReplicas: 0 });
  });

  it.each([
    [{ replicas: 9 }, "replicas 9 is above maxReplicas 5"],
    [{ replicas: 0 }, "replicas 0 is below minReplicas 1"],
    [{ minReplicas: 7 }, "minReplicas 7 is above maxReplicas 5"],
    [{ minReplicas: -1 }, "minReplicas must be 0 or more"],
  ])("refuses to scale to %j", async (sizes, text) => {
    await made(aCluster());
    await expect(scaled([{ groupName: "small-wg", ...sizes }])).rejects.toMatchObject({
      code: "InvalidArgument",
      message: expect.stringContaining(text),
    });
  });

  it("knows no group that the cluster has not, and says which it has", async () => {
    await made(aCluster());
    await expect(scaled([{ groupName: "big" }])).rejects.toMatchObject({
      code: "NotFound",
      message: "Worker group big not found in cluster c; it has small-wg",
    });
    await expect(scaled([])).rejects.toMatchObject({ code: "InvalidArgument" });
  });

  it("keeps what the autoscaler writes at the same moment", async () => {
    await made(aCluster());
    const both = await Promise.all([
      scaled([{ groupName: "small-wg", maxReplicas: 8 }]),
      scaled([{ groupName: "small-wg", replicas: 4 }]),
    ]);
    expect(both).toHaveLength(2);
    expect((await stored()).spec.workerGroupSpecs?.[0]).toMatchObject({ replicas: 4, maxReplicas: 8 });
  });

  it("patches a group: image, template, parameters, and nothing that is absent", async () => {
    await made(aCluster());
    const big = aTemplate({
      name: "big",
      cpu: 8,
      memory: 64,
      tolerations: [{ key: "gpu", operator: "Exists" }],
    });
    await createTemplate(
      world.ports,
      { message: big, extras: { nodeSelector: { disk: "ssd" } } },
      world.call,
    );
    const told = await patched({
      image: "ray:new",
      computeTemplate: "big",
      rayStartParams: { "num-cpus": "4" },
    });
    expect(told.clusterSpec?.workerGroupSpec[0]).toMatchObject({
      image: "ray:new",
      computeTemplate: "big",
      replicas: 2,
      rayStartParams: { "node-ip-address": "$MY_POD_IP", "num-cpus": "4" },
    });
    const { template } = (await stored()).spec.workerGroupSpecs?.[0] ?? {};
    expect(template?.spec).toMatchObject({ nodeSelector: { disk: "ssd" }, tolerations: [{ key: "gpu" }] });
    expect(template?.spec?.containers[0]).toMatchObject({
      image: "ray:new",
      resources: { requests: { cpu: "8", memory: "64Gi" } },
    });
    await expect(patched({ computeTemplate: "gone" })).rejects.toMatchObject({ code: "InvalidArgument" });
  });

  it("suspends and resumes", async () => {
    await made(aCluster());
    const target = { namespace: "default", name: "c" };
    const { suspendCluster, resumeCluster } = calls();
    await suspendCluster(create(SuspendClusterRequestSchema, target), world.call);
    expect((await stored()).spec.suspend).toBe(true);
    await resumeCluster(create(ResumeClusterRequestSchema, target), world.call);
    expect((await stored()).spec.suspend).toBe(false);
  });

  it("updates what the API has words for and keeps the rest", async () => {
    await made(aCluster());
    await world.client.patch(
      RAY_CLUSTERS,
      { namespace: "default", name: "c" },
      {
        patch: {
          type: "merge",
          body: { metadata: { labels: { mine: "1" } }, spec: { upgradeStrategy: { type: "Recreate" } } },
        },
      },
    );
    await settled();
    const [worker] = A_CLUSTER_SPEC.workerGroupSpec;
    const workerGroupSpec = [
      { ...worker, minReplicas: 0 },
      { ...worker, groupName: "more" },
    ];
    const told = await updated(
      aCluster({ user: "ada", clusterSpec: { ...A_CLUSTER_SPEC, workerGroupSpec } as never }),
    );
    expect(told).toMatchObject({ user: "ada" });
    expect(told.clusterSpec?.workerGroupSpec.map((each) => [each.groupName, each.minReplicas])).toEqual([
      ["small-wg", 0],
      ["more", 1],
    ]);
    const { metadata, spec } = await stored();
    expect(metadata.labels).toMatchObject({ mine: "1", "ray.io/user": "ada" });
    expect(spec.upgradeStrategy).toEqual({ type: "Recreate" });
  });

  it("updates nothing when what is told is sent back", async () => {
    const told = await made(aCluster());
    const before = await stored();
    await updated(told);
    expect((await stored()).spec).toEqual(before.spec);
  });

  it("refuses an update under another name, of another's cluster, and of none", async () => {
    await expect(updated(aCluster())).rejects.toMatchObject({ code: "NotFound" });
    const request = create(UpdateClusterRequestSchema, {
      namespace: "default",
      name: "d",
      cluster: aCluster(),
    });
    await expect(calls().updateCluster(request, world.call)).rejects.toMatchObject({
      message: expect.stringContaining('cluster.name must be "d"'),
    });
  });

  it("stores nothing in a dry run, and refuses what a real one would", async () => {
    const dryRun = create(DryRunClusterRequestSchema, { namespace: "default", cluster: aCluster() });
    expect(await calls().dryRunCluster(dryRun, world.call)).toMatchObject({ name: "c" });
    expect((await found({})).clusters).toEqual([]);
    await made(aCluster());
    await expect(calls().dryRunCluster(dryRun, world.call)).rejects.toMatchObject({ code: "AlreadyExists" });
    await scaled([{ groupName: "small-wg", replicas: 5 }], true);
    expect((await stored()).spec.workerGroupSpecs?.[0]).toMatchObject({ replicas: 2 });
  });

  it("finds clusters by user, environment, version, state, beginning of the name and labels", async () => {
    await made(aCluster({ name: "a1", user: "ada", environment: 2 }));
    await made(aCluster({ name: "a2", version: "2.54.0" }));
    await made(aCluster({ name: "b1" }));
    await world.setStatus("b1", { state: "ready" });
    const names = async (filter: Parameters<typeof found>[0]): Promise<readonly string[]> =>
      (await found(filter)).clusters.map(({ name }) => name);
    expect(await names({ user: "ada" })).toEqual(["a1"]);
    expect(await names({ environment: "STAGING" })).toEqual(["a1"]);
    expect(await names({ version: "2.54.0" })).toEqual(["a2"]);
    expect(await names({ state: "ready" })).toEqual(["b1"]);
    expect(await names({ state: "pending" })).toEqual(["a1", "a2"]);
    expect(await names({ namePrefix: "a", labelSelector: "ray.io/user!=ada" })).toEqual(["a2"]);
    const first = await found({ namePrefix: "a", limit: 1n });
    expect(first.clusters.map(({ name }) => name)).toEqual(["a1"]);
    expect(await names({ namePrefix: "a", continue: first.continue })).toEqual(["a2"]);
    await expect(found({ labelSelector: "a in" })).rejects.toMatchObject({ code: "InvalidArgument" });
    const scoped = create(FindClustersRequestSchema, { namespace: "other" });
    expect((await calls().findClusters(scoped, world.call)).clusters).toEqual([]);
  });
});

function calls() {
  return world.handlers.ClusterExtensionService;
}

function made(cluster: Cluster): Promise<Cluster> {
  const request = create(CreateClusterRequestSchema, { cluster, namespace: "default" });
  return world.handlers.ClusterService.createCluster(request, world.call);
}

function scaled(groups: MessageInitShape<typeof WorkerGroupScaleSchema>[], dryRun = false): Promise<Cluster> {
  const request = create(ScaleClusterRequestSchema, {
    namespace: "default",
    name: "c",
    scale: { groups },
    dryRun,
  });
  return calls().scaleCluster(request, world.call);
}

function patched(patch: MessageInitShape<typeof WorkerGroupPatchSchema>): Promise<Cluster> {
  const target = { namespace: "default", name: "c", groupName: "small-wg" };
  return calls().patchWorkerGroup(create(PatchWorkerGroupRequestSchema, { ...target, patch }), world.call);
}

function updated(cluster: Cluster): Promise<Cluster> {
  const request = create(UpdateClusterRequestSchema, { namespace: "default", name: "c", cluster });
  return calls().updateCluster(request, world.call);
}

function found(filter: MessageInitShape<typeof FindAllClustersRequestSchema>) {
  return calls().findAllClusters(create(FindAllClustersRequestSchema, filter), world.call);
}

function stored(): Promise<RayCluster> {
  return world.client.get(RAY_CLUSTERS, { namespace: "default", name: "c" });
}
