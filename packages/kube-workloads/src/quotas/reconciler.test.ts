import {
  CONFIG_MAPS,
  DEPLOYMENTS,
  type Deployment,
  PODS,
  type Pod,
  REPLICA_SETS,
  RESOURCE_QUOTAS,
  type ResourceQuotaSpec,
} from "@heliostat/kube";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SimulatedCluster, startSimulatedCluster } from "../testing/simulated-cluster.ts";

describe("quotaReconciler()", () => {
  let cluster: SimulatedCluster;

  beforeEach(async () => {
    cluster = await startSimulatedCluster();
  });

  afterEach(() => cluster.stop());

  it("refuses what is more than the quota leaves, in Kubernetes' words", async () => {
    await limit({ hard: { pods: "10", "requests.cpu": "2", "requests.memory": "1Gi" } });
    await cluster.create(PODS, pod("a", { cpu: "1500m", memory: "256Mi" }));
    await expect(cluster.create(PODS, pod("b", { cpu: "1", memory: "1Gi" }))).rejects.toMatchObject({
      reason: "Forbidden",
      message:
        'pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=1,requests.memory=1Gi, ' +
        "used: requests.cpu=1500m,requests.memory=256Mi, limited: requests.cpu=2,requests.memory=1Gi",
    });
    expect(await used()).toEqual({ pods: "1", "requests.cpu": "1500m", "requests.memory": "256Mi" });
  });

  it("wants every container to say what is limited", async () => {
    await limit({ hard: { "limits.cpu": "2", memory: "1Gi" } });
    await expect(cluster.create(PODS, pod("a", { cpu: "1" }))).rejects.toThrow(
      'pods "a" is forbidden: failed quota: q: must specify limits.cpu for: main; memory for: main',
    );
  });

  it("never lets creates that come together take more than there is", async () => {
    await limit({ hard: { pods: "3" } });
    const creates = Array.from({ length: 8 }, (_, index) => cluster.create(PODS, pod(`p${index}`)));
    const results = await Promise.allSettled(creates);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    expect(await used()).toEqual({ pods: "3" });
  });

  it("gives back what pods took that have ended, or gone", async () => {
    await limit({ hard: { pods: "2" } });
    await cluster.create(PODS, pod("ends", {}, "exit 0 after 1s"));
    await cluster.create(PODS, pod("goes"));
    await cluster.turn(5000);
    expect(await used()).toEqual({ pods: "1" });
    await cluster.client.delete(PODS, { namespace: "default", name: "goes" }, { gracePeriodSeconds: 0 });
    await cluster.turn();
    expect(await used()).toEqual({ pods: "0" });
  });

  it("counts objects of any kind", async () => {
    await limit({ hard: { "count/configmaps": "2", "count/deployments.apps": "1" } });
    expect(await used()).toEqual({ "count/configmaps": "1", "count/deployments.apps": "0" });
    const configMap = { apiVersion: "v1", kind: "ConfigMap" } as const;
    await cluster.create(CONFIG_MAPS, { ...configMap, metadata: { name: "a" } });
    await expect(cluster.create(CONFIG_MAPS, { ...configMap, metadata: { name: "b" } })).rejects.toThrow(
      "exceeded quota: q, requested: count/configmaps=1, used: count/configmaps=2, limited: count/configmaps=2",
    );
  });

  it("counts only pods of its scopes", async () => {
    await limit({ hard: { pods: "1" }, scopes: ["BestEffort"] });
    await cluster.create(PODS, pod("a", { cpu: "1" }));
    await cluster.create(PODS, pod("b"));
    await expect(cluster.create(PODS, pod("c"))).rejects.toThrow("exceeded quota");
    expect(await used()).toEqual({ pods: "1" });
  });

  it("shows on the ReplicaSet and the Deployment whose pods it refuses", async () => {
    await limit({ hard: { pods: "1" } });
    const containers = [{ name: "main", image: "web:1" }];
    const labels = { app: "web" };
    const deployment: Deployment = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      },
    };
    await cluster.create(DEPLOYMENTS, deployment);
    await cluster.turn(5000);
    const message = expect.stringContaining(
      "exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1",
    );
    const failure = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message };
    const [replicaSet] = (await cluster.client.list(REPLICA_SETS)).items;
    expect(replicaSet?.status?.conditions).toMatchObject([failure]);
    const { status } = await cluster.get(DEPLOYMENTS, "web");
    expect(status?.conditions).toEqual(expect.arrayContaining([expect.objectContaining(failure)]));
  });

  async function limit(spec: ResourceQuotaSpec): Promise<void> {
    await cluster.create(RESOURCE_QUOTAS, {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "q" },
      spec,
    });
    await cluster.turn();
  }

  const used = async () => (await cluster.get(RESOURCE_QUOTAS, "q")).status?.used;
});

function pod(name: string, requests: Record<string, string> = {}, simulate?: string): Pod {
  const annotations = simulate ? { "heliostat.dev/simulate": simulate } : {};
  const containers = [{ name: "main", image: "app:1", resources: { requests } }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, annotations },
    spec: { containers, restartPolicy: "Never" },
  };
}
