import {
  conditionOf,
  DEPLOYMENTS,
  type Deployment,
  type DeploymentSpec,
  REPLICA_SETS,
  type ReplicaSet,
} from "@heliostat/kube";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SimulatedCluster, startSimulatedCluster } from "../testing/simulated-cluster.ts";

describe("deploymentReconciler()", () => {
  let cluster: SimulatedCluster;

  beforeEach(async () => {
    cluster = await startSimulatedCluster({}, 500);
  });

  afterEach(() => cluster.stop());

  it("rolls out, and says that it has", async () => {
    await cluster.create(DEPLOYMENTS, deployment({ replicas: 3 }));
    await cluster.turn(5000);
    const { status, metadata } = await web();
    expect(status).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      unavailableReplicas: 0,
    });
    expect(conditionOf(status?.conditions, "Available")).toMatchObject({ status: "True" });
    expect(conditionOf(status?.conditions, "Progressing")).toMatchObject({
      reason: "NewReplicaSetAvailable",
    });
    expect(metadata.annotations).toMatchObject({ "deployment.kubernetes.io/revision": "1" });
  });

  it("replaces pods without ever having less than it may, or more", async () => {
    await cluster.create(DEPLOYMENTS, deployment({ replicas: 4 }));
    await cluster.turn(5000);
    await cluster.patch(DEPLOYMENTS, "web", { spec: templateOf("app:2") });
    for (let step = 0; step < 100; step += 1) {
      await cluster.turn(100);
      const pods = await cluster.pods();
      const available = pods.filter(
        ({ status }) => conditionOf(status?.conditions, "Ready")?.status === "True",
      );
      expect(pods.length).toBeLessThanOrEqual(5);
      expect(available.length).toBeGreaterThanOrEqual(3);
    }
    expect(await images()).toEqual(["app:2", "app:2", "app:2", "app:2"]);
    expect((await web()).metadata.annotations).toMatchObject({ "deployment.kubernetes.io/revision": "2" });
  });

  it("gives a template that comes back its old ReplicaSet, under a new number", async () => {
    await cluster.create(DEPLOYMENTS, deployment({ replicas: 1 }));
    await cluster.turn(5000);
    for (const image of ["app:2", "app:1"]) {
      await cluster.patch(DEPLOYMENTS, "web", { spec: templateOf(image) });
      await cluster.turn(5000);
    }
    expect((await replicaSets()).map(({ spec }) => spec?.replicas)).toEqual([1, 0]);
    expect((await replicaSets())[0]?.metadata.annotations).toMatchObject({
      "deployment.kubernetes.io/revision": "3",
      "deployment.kubernetes.io/revision-history": "1",
    });
  });

  it("keeps as many old revisions as it is told to", async () => {
    await cluster.create(DEPLOYMENTS, deployment({ replicas: 1, revisionHistoryLimit: 1 }));
    for (const image of ["app:2", "app:3", "app:4"]) {
      await cluster.turn(5000);
      await cluster.patch(DEPLOYMENTS, "web", { spec: templateOf(image) });
    }
    await cluster.turn(5000);
    expect(await replicaSets()).toHaveLength(2);
  });

  it("lets no old pod live beside a new one when it is to recreate them", async () => {
    await cluster.create(DEPLOYMENTS, deployment({ replicas: 2, strategy: { type: "Recreate" } }));
    await cluster.turn(5000);
    await cluster.patch(DEPLOYMENTS, "web", { spec: templateOf("app:2") });
    for (let step = 0; step < 50; step += 1) {
      await cluster.turn(100);
      expect(new Set(await images()).size).toBeLessThanOrEqual(1);
    }
    expect(await images()).toEqual(["app:2", "app:2"]);
  });

  it("scales, but does not roll out, while it is paused", async () => {
    await cluster.create(DEPLOYMENTS, deployment({ replicas: 1 }));
    await cluster.turn(5000);
    await cluster.patch(DEPLOYMENTS, "web", { spec: { paused: true, replicas: 2, ...templateOf("app:2") } });
    await cluster.turn(5000);
    expect(await images()).toEqual(["app:1", "app:1"]);
    expect(conditionOf((await web()).status?.conditions, "Progressing")?.reason).toBe("DeploymentPaused");
    await cluster.patch(DEPLOYMENTS, "web", { spec: { paused: false } });
    await cluster.turn(5000);
    expect(await images()).toEqual(["app:2", "app:2"]);
  });

  it("says when a rollout takes too long", async () => {
    await cluster.create(DEPLOYMENTS, deployment({ replicas: 1, progressDeadlineSeconds: 60 }));
    await cluster.turn(5000);
    const spec = { template: { metadata: { annotations: { "heliostat.dev/simulate": "fail to start" } } } };
    await cluster.patch(DEPLOYMENTS, "web", { spec });
    await cluster.turn(70_000);
    const progressing = conditionOf((await web()).status?.conditions, "Progressing");
    expect(progressing).toMatchObject({ status: "False", reason: "ProgressDeadlineExceeded" });
    expect((await web()).status).toMatchObject({ availableReplicas: 1, unavailableReplicas: 1 });
  });

  it("writes nothing and waits for nothing when there is nothing to do", async () => {
    await cluster.create(DEPLOYMENTS, deployment({ replicas: 2 }));
    await cluster.turn(60_000);
    const before = [await web(), ...(await replicaSets()), ...(await cluster.pods())];
    await cluster.turn(3_600_000);
    expect([await web(), ...(await replicaSets()), ...(await cluster.pods())]).toEqual(before);
  });

  const web = () => cluster.get(DEPLOYMENTS, "web");
  const images = async () => (await cluster.pods()).map(({ spec }) => spec?.containers[0]?.image).sort();
  const replicaSets = async (): Promise<readonly ReplicaSet[]> =>
    (await cluster.client.list(REPLICA_SETS, { namespace: "default" })).items.toSorted(
      (left, right) => (right.spec?.replicas ?? 0) - (left.spec?.replicas ?? 0),
    );
});

function deployment(spec: Partial<DeploymentSpec>): Deployment {
  const selector = { matchLabels: { app: "web" } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: { selector, ...templateOf("app:1"), ...spec },
  };
}

function templateOf(image: string): Pick<DeploymentSpec, "template"> {
  return {
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "main", image }] } },
  };
}
