import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { networkPolicies } from "../network/network-policies.ts";
import { MAX_INT32 } from "../raycluster/defaults.ts";
import type { RayCluster } from "../raycluster/types.ts";
import { headService } from "../services/head-service.ts";
import { serveService, wantsServeService } from "../services/serve-service.ts";
import { needsRedisCleanup, redisCleanupJob } from "../storage/redis-cleanup-job.ts";
import { validateRayClusterMetadata, validateRayClusterSpec } from "../validation/validate-raycluster.ts";
import { headPod } from "./head-pod.ts";
import { workerPod } from "./worker-pod.ts";

/** KubeRay's own samples, where the reference data is at hand. */
const folder = join(import.meta.dirname, "../../../../../shared/data/kuberay-samples");

/** Those that ask for what we refuse, and the field that says so. */
const REFUSED: Readonly<Record<string, string>> = { "ray-cluster.mtls.yaml": "spec.tlsOptions.enabled" };

const clusters = existsSync(folder) ? readdirSync(folder).sort().flatMap(clustersIn) : [];

describe.skipIf(clusters.length === 0)("KubeRay's samples (skipped where they are not at hand)", () => {
  it.each(clusters)("%s: its cluster is accepted and built", (file, cluster) => {
    const problems = [...validateRayClusterMetadata(cluster), ...validateRayClusterSpec(cluster)];
    const refused = REFUSED[file];
    expect(problems.map(({ field }) => field)).toEqual(refused ? [refused] : []);
    for (const pod of podsOf(cluster)) {
      expect(pod.spec?.containers[0]?.env).toContainEqual({ name: "RAY_PORT", value: "6379" });
      expect(pod.metadata.labels).toMatchObject({ "ray.io/cluster": cluster.metadata.name });
    }
    expect(headService(cluster).spec?.selector).toMatchObject({ "ray.io/node-type": "head" });
    if (wantsServeService(cluster)) expect(serveService(cluster).spec?.ports).not.toEqual([]);
    if (needsRedisCleanup(cluster)) expect(redisCleanupJob(cluster).spec?.template.spec).toBeDefined();
    expect(networkPolicies(cluster).length === 0).toBe(cluster.spec.networkPolicy === undefined);
  });
});

function podsOf(cluster: RayCluster) {
  const place = { name: "pod", replicaIndex: 0 };
  const workers = (cluster.spec.workerGroupSpecs ?? []).map((group) => workerPod(cluster, group, place));
  return [headPod(cluster, place), ...workers];
}

/** What the file asks for: a cluster, or a job or service that makes one. */
function clustersIn(file: string): readonly [string, RayCluster][] {
  const documents = parseAllDocuments(readFileSync(join(folder, file), "utf8"));
  return documents.flatMap((document): [string, RayCluster][] => {
    const { kind = "", metadata, spec } = (document.toJS() ?? {}) as Sample;
    const clusterSpec = kind === "RayCluster" ? spec : (spec?.rayClusterSpec ?? spec?.rayClusterConfig);
    if (!kind.startsWith("Ray") || !clusterSpec) return [];
    const labels = { ...metadata?.labels, "ray.io/originated-from-crd": kind };
    const { name = "made", annotations = {} } = metadata ?? {};
    const cluster = { metadata: { name, namespace: "ns", labels, annotations } };
    return [
      [file, { apiVersion: "ray.io/v1", kind: "RayCluster", ...cluster, spec: defaulted(clusterSpec) }],
    ];
  });
}

interface Sample {
  readonly kind?: string;
  readonly metadata?: RayCluster["metadata"];
  readonly spec?: RayCluster["spec"] & {
    readonly rayClusterSpec?: RayCluster["spec"];
    readonly rayClusterConfig?: RayCluster["spec"];
  };
}

/** With the defaults of the CRD, as the API would hand it on. */
function defaulted(spec: RayCluster["spec"]): RayCluster["spec"] {
  const workerGroupSpecs = (spec.workerGroupSpecs ?? []).map((group) => ({
    replicas: 0,
    minReplicas: 0,
    maxReplicas: MAX_INT32,
    ...group,
  }));
  return { ...spec, workerGroupSpecs };
}
