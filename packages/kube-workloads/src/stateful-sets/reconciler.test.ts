import {
  CONTROLLER_REVISIONS,
  conditionOf,
  PERSISTENT_VOLUME_CLAIMS,
  PODS,
  type Pod,
  STATEFUL_SETS,
  type StatefulSet,
  type StatefulSetSpec,
} from "@heliostat/kube";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SimulatedCluster, startSimulatedCluster } from "../testing/simulated-cluster.ts";

describe("statefulSetReconciler()", () => {
  let cluster: SimulatedCluster;

  beforeEach(async () => {
    cluster = await startSimulatedCluster({}, 1000);
  });

  afterEach(() => cluster.stop());

  it("makes its pods in order, each when the one before is ready", async () => {
    await cluster.create(STATEFUL_SETS, aSet({ replicas: 3 }));
    for (let step = 0; step < 20; step += 1) {
      await cluster.turn(300);
      const pods = await numbered();
      expect(pods.slice(0, -1).every(isReady)).toBe(true);
    }
    expect((await numbered()).map(({ metadata }) => metadata.name)).toEqual(["db-0", "db-1", "db-2"]);
    const { status } = await cluster.get(STATEFUL_SETS, "db");
    expect(status).toMatchObject({ replicas: 3, readyReplicas: 3, updatedReplicas: 3, currentReplicas: 3 });
    expect(status?.currentRevision).toBe(status?.updateRevision);
  });

  it("makes them all at once when it may", async () => {
    await cluster.create(STATEFUL_SETS, aSet({ replicas: 3, podManagementPolicy: "Parallel" }));
    await cluster.turn(200);
    expect(await numbered()).toHaveLength(3);
  });

  it("gives each number a host name in the service's domain, and claims that outlive its pod", async () => {
    const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
    const claim = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data" },
      spec,
    } as const;
    await cluster.create(STATEFUL_SETS, aSet({ replicas: 1, volumeClaimTemplates: [claim] }));
    await cluster.turn(3000);
    const [pod] = await numbered();
    expect(pod?.spec).toMatchObject({ hostname: "db-0", subdomain: "db" });
    expect(pod?.spec?.volumes).toContainEqual({
      name: "data",
      persistentVolumeClaim: { claimName: "data-db-0" },
    });
    await cluster.patch(STATEFUL_SETS, "db", { spec: { replicas: 0 } });
    await cluster.turn(60_000);
    expect(await numbered()).toEqual([]);
    expect(await cluster.get(PERSISTENT_VOLUME_CLAIMS, "data-db-0")).toBeDefined();
  });

  it("updates from the highest number down to the partition, one at a time", async () => {
    await cluster.create(STATEFUL_SETS, aSet({ replicas: 3 }));
    await cluster.turn(10_000);
    const partitioned = { type: "RollingUpdate", rollingUpdate: { partition: 1 } };
    await cluster.patch(STATEFUL_SETS, "db", {
      spec: { ...templateOf("db:2"), updateStrategy: partitioned },
    });
    for (let step = 0; step < 40; step += 1) {
      await cluster.turn(300);
      expect((await numbered()).filter(isReady).length).toBeGreaterThanOrEqual(2);
    }
    expect(await images()).toEqual(["db:1", "db:2", "db:2"]);
    const { status } = await cluster.get(STATEFUL_SETS, "db");
    expect(status).toMatchObject({ currentReplicas: 1, updatedReplicas: 2 });
    const whole = { type: "RollingUpdate", rollingUpdate: { partition: 0 } };
    await cluster.patch(STATEFUL_SETS, "db", { spec: { updateStrategy: whole } });
    await cluster.turn(20_000);
    expect(await images()).toEqual(["db:2", "db:2", "db:2"]);
    expect(
      (await cluster.client.list(CONTROLLER_REVISIONS)).items.map(({ revision }) => revision).sort(),
    ).toEqual([1, 2]);
  });

  it("brings a number back under the same name when its pod is deleted", async () => {
    await cluster.create(STATEFUL_SETS, aSet({ replicas: 2 }));
    await cluster.turn(10_000);
    const [before] = await numbered();
    await cluster.client.delete(PODS, { namespace: "default", name: "db-0" });
    await cluster.turn(60_000);
    const [after] = await numbered();
    expect(after?.metadata.name).toBe("db-0");
    expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
  });

  async function numbered(): Promise<readonly Pod[]> {
    return (await cluster.pods()).toSorted((left, right) =>
      left.metadata.name < right.metadata.name ? -1 : 1,
    );
  }

  const images = async () => (await numbered()).map(({ spec }) => spec?.containers[0]?.image);
});

function isReady({ status }: Pod): boolean {
  return conditionOf(status?.conditions, "Ready")?.status === "True";
}

function aSet(spec: Partial<StatefulSetSpec>): StatefulSet {
  const selector = { matchLabels: { app: "db" } };
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db" },
    spec: { selector, serviceName: "db", ...templateOf("db:1"), ...spec },
  };
}

function templateOf(image: string): Pick<StatefulSetSpec, "template"> {
  return {
    template: { metadata: { labels: { app: "db" } }, spec: { containers: [{ name: "main", image }] } },
  };
}
