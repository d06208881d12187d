import { CUSTOM_RESOURCE_DEFINITIONS, isKubeError, type KubeClient } from "@heliostat/kube";
import { HandClock, SeededRandom } from "@heliostat/kube/testing";
import { embeddedKubernetes } from "@heliostat/kube-embedded";
import { RAY_CLUSTERS, type RayCluster, rayCrds, validateRayClusterSpec } from "@heliostat/ray";
import { aRayCluster, type RayClusterTraits } from "@heliostat/ray/testing";
import { beforeAll, describe, expect, it } from "vitest";

/** An API that serves the Ray CRDs, strict or not. */
async function apiWith(isStrict: boolean): Promise<KubeClient> {
  const kubernetes = embeddedKubernetes({ clock: new HandClock(), random: new SeededRandom() });
  await kubernetes.start();
  const client = kubernetes.client();
  for (const crd of rayCrds({ isStrict })) await client.create(CUSTOM_RESOURCE_DEFINITIONS, crd);
  return client;
}

let [lenient, strict]: readonly (KubeClient | undefined)[] = [];
let count = 0;

beforeAll(async () => {
  [lenient, strict] = await Promise.all([apiWith(false), apiWith(true)]);
});

function clusterOf(traits: RayClusterTraits): RayCluster {
  count += 1;
  return aRayCluster({
    ...traits,
    metadata: { name: `c${count}`, namespace: "default", ...traits.metadata },
  });
}

/** What the API says to a cluster: nothing when it takes it. */
async function answerOf(client: KubeClient | undefined, cluster: RayCluster): Promise<string> {
  try {
    const { metadata, ...rest } = cluster;
    const { uid: _uid, ...named } = metadata;
    await client?.create(RAY_CLUSTERS, { ...rest, metadata: named });
    return "";
  } catch (error) {
    if (!isKubeError(error, "Invalid")) throw error;
    return error.message;
  }
}

const ingressRules = [{}];
const egressRules = [{}];
const rocksdb = "rocksdb" as const;
const noContainer = { template: { spec: { containers: [] } } };

describe("strict CRDs", () => {
  it.each<[string, RayClusterTraits]>([
    ["plain", {}],
    ["without workers", { workers: [] }],
    ["with resources", { head: { resources: { CPU: "1" }, rayStartParams: { port: "6379" } } }],
    ["with rayResources", { workers: [{ rayResources: { CPU: 1 } }] }],
    ["with tokens", { rayVersion: "2.55.0", authOptions: { mode: "token", enableK8sTokenAuth: true } }],
    ["with Redis", { gcsFaultToleranceOptions: { redisAddress: "redis:6379" } }],
    ["with RocksDB", { gcsFaultToleranceOptions: { backend: rocksdb, storage: { size: "1Gi" } } }],
    ["that is shut off", { networkPolicy: { head: { ingressRules, egressRules } } }],
    ["that is upgraded group by group", { upgradeStrategy: { type: "RollingUpdate", rollingUpdate: {} } }],
    [
      "that scales itself",
      { enableInTreeAutoscaling: true, autoscalerOptions: { version: "v2", idleTimeoutSeconds: 0 } },
    ],
    ["whose group is suspended", { workers: [{ suspend: true }] }],
  ])("take a cluster %s", async (_what, traits) => {
    const cluster = clusterOf(traits);
    expect(validateRayClusterSpec(cluster)).toEqual([]);
    expect(await answerOf(strict, cluster)).toBe("");
  });

  it.each<[string, RayClusterTraits, string]>([
    ["a head without containers", { head: noContainer }, "at least one container"],
    ["a group without containers", { workers: [noContainer] }, "at least one container"],
    [
      "resources under two names",
      { workers: [{ resources: { CPU: "1" }, rayResources: { CPU: 1 } }] },
      "another name",
    ],
    [
      "resources in two places",
      { head: { rayResources: { CPU: 1 }, rayStartParams: { "num-cpus": "1" } } },
      "one of the two",
    ],
    ["labels as a parameter", { head: { rayStartParams: { labels: "a=b" } } }, "labels"],
    ["a negative minimum", { workers: [{ minReplicas: -1 }] }, "minReplicas"],
    ["a minimum above the maximum", { workers: [{ minReplicas: 3, maxReplicas: 2 }] }, "must not exceed"],
    ["a negative number of hosts", { workers: [{ numOfHosts: -1 }] }, "numOfHosts"],
    ["two groups of one name", { workers: [{}, {}] }, "uplicate"],
    ["a group called as the head", { workers: [{ groupName: "headgroup" }] }, "means the head"],
    ["a group whose name is no label", { workers: [{ groupName: "my group" }] }, "groupName"],
    [
      "a suspended group that scales itself",
      { enableInTreeAutoscaling: true, workers: [{ suspend: true }] },
      "suspend",
    ],
    ["a negative idle timeout", { autoscalerOptions: { idleTimeoutSeconds: -1 } }, "idleTimeoutSeconds"],
    ["Kubernetes' tokens without tokens", { authOptions: { enableK8sTokenAuth: true } }, '"mode"'],
    [
      "Kubernetes' tokens with a secret",
      { rayVersion: "2.55.0", authOptions: { mode: "token", enableK8sTokenAuth: true, secretName: "s" } },
      "secretName",
    ],
    ["storage for Redis", { gcsFaultToleranceOptions: { storage: {} } }, "storage"],
    [
      "Redis's settings with RocksDB",
      { gcsFaultToleranceOptions: { backend: rocksdb, redisUsername: { value: "u" } } },
      "redis",
    ],
    [
      "a claim of the user's and settings for one of ours",
      { gcsFaultToleranceOptions: { backend: rocksdb, storage: { claimName: "c", size: "1Gi" } } },
      "claimName",
    ],
    [
      "rules for a direction that is open",
      { networkPolicy: { mode: "DenyAllEgress", worker: { ingressRules } } },
      "ingressRules",
    ],
    [
      "rules of a group for a direction that is open",
      { networkPolicy: { mode: "DenyAllIngress", workerGroups: [{ groupName: "workers", egressRules }] } },
      "egressRules",
    ],
    ["history without a collector", { historyServerOptions: {} }, "collectorOptions"],
    ["a collector without an image", { historyServerOptions: { collectorOptions: {} } }, "image"],
    [
      "a rolling update's settings without one",
      { upgradeStrategy: { type: "None", rollingUpdate: {} } },
      "rollingUpdate",
    ],
    ["mutual TLS", { tlsOptions: { enabled: true } }, "TLS"],
  ])("refuse %s, which the validation refuses and the other CRDs take", async (_what, traits, words) => {
    const cluster = clusterOf(traits);
    expect(validateRayClusterSpec(cluster)).not.toEqual([]);
    expect(await answerOf(strict, cluster)).toContain(words);
    expect(await answerOf(lenient, cluster)).toBe("");
  });

  it.each([["a".repeat(54)], ["1st"], ["a.b"]])("refuse the name %s", async (name) => {
    expect(await answerOf(strict, clusterOf({ metadata: { name } }))).toContain("metadata.name");
    expect(await answerOf(lenient, clusterOf({ metadata: { name } }))).toBe("");
  });
});
