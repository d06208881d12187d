import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { networkPolicies } from "./network/network-policies.ts";
import { headPod } from "./pods/head-pod.ts";
import { workerPod } from "./pods/worker-pod.ts";
import { MAX_INT32 } from "./raycluster/defaults.ts";
import type { RayCluster } from "./raycluster/types.ts";
import type { RayJob } from "./rayjob/types.ts";
import type { RayService } from "./rayservice/types.ts";
import { headService } from "./services/head-service.ts";
import { serveService, wantsServeService } from "./services/serve-service.ts";
import { needsRedisCleanup, redisCleanupJob } from "./storage/redis-cleanup-job.ts";
import { validateRayClusterMetadata, validateRayClusterSpec } from "./validation/validate-raycluster.ts";
import { validateRayJobMetadata, validateRayJobSpec } from "./validation/validate-rayjob.ts";
import { validateRayServiceMetadata, validateRayServiceSpec } from "./validation/validate-rayservice.ts";

/** KubeRay's own samples, where the reference data is at hand. */
const folder = join(import.meta.dirname, "../../../../shared/data/kuberay-samples");

/** Those that ask for what we refuse, and the field that says so. */
const REFUSED: Readonly<Record<string, string>> = { "ray-cluster.mtls.yaml": "spec.tlsOptions.enabled" };

const files = existsSync(folder) ? readdirSync(folder).sort() : [];
const clusters = files.flatMap(clustersIn);
const owners = files.flatMap(ownersIn);

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

describe.skipIf(owners.length === 0)("KubeRay's samples of what makes clusters (skipped likewise)", () => {
  it.each(owners)("%s: its %s is accepted", (_file, _kind, owner) => {
    const problems =
      owner.kind === "RayJob"
        ? [...validateRayJobMetadata(owner), ...validateRayJobSpec(owner, { parseYaml: parse })]
        : [...validateRayServiceMetadata(owner), ...validateRayServiceSpec(owner)];
    expect(problems).toEqual([]);
  });
});

function podsOf(cluster: RayCluster) {
  const place = { name: "pod", replicaIndex: 0 };
  const workers = (cluster.spec.workerGroupSpecs ?? []).map((group) => workerPod(cluster, group, place));
  return [headPod(cluster, place), ...workers];
}

/** The jobs and services in the file, with the defaults of their CRDs for the cluster. */
function ownersIn(file: string): readonly [string, string, RayJob | RayService][] {
  return documentsIn(file).flatMap((document): [string, string, RayJob | RayService][] => {
    const { kind = "", metadata, spec } = document;
    const named = { metadata: { ...metadata, name: metadata?.name ?? "made" } };
    if (kind === "RayJob") {
      const { rayClusterSpec } = spec ?? {};
      const clusterSpec = rayClusterSpec && { rayClusterSpec: defaulted(rayClusterSpec) };
      return [
        [file, kind, { ...document, ...named, spec: { ...spec, ...clusterSpec } } as unknown as RayJob],
      ];
    }
    if (kind !== "RayService" || !spec?.rayClusterConfig) return [];
    const rayClusterConfig = defaulted(spec.rayClusterConfig);
    return [
      [file, kind, { ...document, ...named, spec: { ...spec, rayClusterConfig } } as unknown as RayService],
    ];
  });
}

function documentsIn(file: string): readonly Sample[] {
  const documents = parseAllDocuments(readFileSync(join(folder, file), "utf8"));
  return documents.map((document) => (document.toJS() ?? {}) as Sample);
}

/** What the file asks for: a cluster, or a job or service that makes one. */
function clustersIn(file: string): readonly [string, RayCluster][] {
  return documentsIn(file).flatMap(({ kind = "", metadata, spec }): [string, RayCluster][] => {
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
