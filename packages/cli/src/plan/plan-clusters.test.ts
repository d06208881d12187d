import { PODS } from "@heliostat/kube";
import type { OperatorSettings } from "@heliostat/operator";
import { batchSchedulerOf, RAY_CLUSTERS, type RayCluster } from "@heliostat/ray";
import { afterEach, describe, expect, it } from "vitest";
import { emptyCluster, type OpenCluster } from "../cluster/open-cluster.ts";
import { parseManifest } from "../manifests/read-manifests.ts";
import { systemClock, systemRandom } from "../system/clock.ts";
import { UserError } from "../user-error.ts";
import { type PlanReport, planClusters } from "./plan-clusters.ts";
import { planText } from "./plan-text.ts";

let cluster: OpenCluster;
afterEach(() => cluster.close());

describe("planClusters()", () => {
  it("tells what a new cluster would get, and writes nothing", async () => {
    const text = planText(await planned(manifest()));
    expect(text).toContain("RayCluster default/demo is new");
    expect(text).toMatch(/\+ {2}Pod +default\/demo-head-\w{5} +the cluster has no head/);
    expect(text.match(/\+ {2}Pod +default\/demo-small-worker-/g)).toHaveLength(2);
    expect(text).toContain("0 to delete; nothing was written");
    expect((await cluster.client.list(RAY_CLUSTERS)).items).toEqual([]);
    expect((await cluster.client.list(PODS)).items).toEqual([]);
  });

  it("tells of a stored cluster only what its change would bring", async () => {
    cluster = await emptyCluster([]);
    await cluster.client.create(RAY_CLUSTERS, objectOf(manifest()));
    const { clusters } = await planned(manifest("suspend: true"), cluster);
    expect(clusters).toMatchObject([{ outcome: "configured" }]);
    const kinds = clusters[0]?.plans.flatMap(({ actions }) => actions.map(({ resource }) => resource.kind));
    expect(kinds).not.toContain("Pod");
    expect((await stored()).spec.suspend).toBeUndefined();
  });

  it("takes away what kubectl applied before and the manifest no longer says", async () => {
    cluster = await emptyCluster([]);
    const suspended = objectOf(manifest("suspend: true"));
    const applied = { "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify(suspended) };
    await cluster.client.create(RAY_CLUSTERS, {
      ...suspended,
      metadata: { ...suspended.metadata, annotations: applied },
    });
    const { clusters } = await planned(manifest(), cluster);
    expect(clusters[0]?.plans[0]?.actions.length).toBeGreaterThan(3);
  });

  it("foresees what an operator does that is set up in another way than KubeRay's", async () => {
    const settings = { scheduler: batchSchedulerOf("volcano"), secureDefaults: {} };
    const text = planText(await planned(manifest(), undefined, settings));
    expect(text).toMatch(/\+ {2}PodGroup +default\/ray-demo-pg/);
    expect(text).toMatch(/\+ {2}NetworkPolicy +default\/demo/);
  });

  it("names the field that is wrong, whether the API or the operator refuses it", async () => {
    await expect(planned(manifest("suspend: maybe"))).rejects.toThrow(/spec\.suspend.*boolean/);
    const isTooSmall = manifest().replace("minReplicas: 0", "minReplicas: 9");
    await expect(planned(isTooSmall, cluster)).rejects.toThrow(
      /^Cannot plan x\.yaml: spec\.workerGroupSpecs\[0\]\.minReplicas must not exceed maxReplicas/,
    );
  });

  it("says what else is in the manifests, and refuses to plan nothing", async () => {
    const map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}";
    expect((await planned(`${map}\n---\n${manifest()}`)).others).toEqual(["ConfigMap default/a"]);
    await expect(planned(map, cluster)).rejects.toThrow(UserError);
  });
});

async function planned(
  text: string,
  compared?: OpenCluster,
  settings: OperatorSettings = {},
): Promise<PlanReport> {
  cluster = compared ?? (await emptyCluster([]));
  return planClusters(parseManifest(text, "x.yaml"), {
    client: cluster.client,
    comparedWith: cluster.name,
    clock: systemClock,
    random: systemRandom,
    settings,
    signal: new AbortController().signal,
  });
}

function stored(): Promise<RayCluster> {
  return cluster.client.get(RAY_CLUSTERS, { namespace: "default", name: "demo" });
}

function objectOf(text: string): RayCluster {
  return parseManifest(text, "x.yaml")[0]?.object as RayCluster;
}

function manifest(more = "rayVersion: 2.58.0"): string {
  const template = "{ spec: { containers: [{ name: ray, image: rayproject/ray:2.58.0 }] } }";
  return `apiVersion: ray.io/v1
kind: RayCluster
metadata: { name: demo, namespace: default }
spec:
  ${more}
  headGroupSpec: { rayStartParams: {}, template: ${template} }
  workerGroupSpecs:
    - { groupName: small, replicas: 2, minReplicas: 0, maxReplicas: 5, rayStartParams: {}, template: ${template} }
`;
}
