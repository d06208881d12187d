import {
  type Container,
  isDns1123Subdomain,
  isLabelValue,
  isQualifiedName,
  type KubeObject,
  type Pod,
  type PodSpec,
} from "@heliostat/kube";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { authSecret, needsAuthSecret } from "../access/auth-secret.ts";
import {
  autoscalerRole,
  autoscalerRoleBinding,
  autoscalerServiceAccount,
} from "../access/autoscaler-access.ts";
import { podNames } from "../names/pod-names.ts";
import { replicaName } from "../names/replica-name.ts";
import { headIngress, wantsIngress } from "../network/head-ingress.ts";
import { headRoute } from "../network/head-route.ts";
import { networkPolicies } from "../network/network-policies.ts";
import type { RayCluster, WorkerGroupSpec } from "../raycluster/types.ts";
import { batchSchedulerOf } from "../scheduling/batch-scheduler-of.ts";
import { headService } from "../services/head-service.ts";
import { headlessWorkerService, needsHeadlessWorkerService } from "../services/headless-worker-service.ts";
import { serveService, wantsServeService } from "../services/serve-service.ts";
import { gcsClaim, needsGcsClaim } from "../storage/gcs-claim.ts";
import { needsRedisCleanup, redisCleanupJob } from "../storage/redis-cleanup-job.ts";
import { anyRayCluster } from "../testing/any-raycluster.ts";
import { validateRayClusterMetadata, validateRayClusterSpec } from "../validation/validate-raycluster.ts";
import { HEAD_GROUP } from "../vocabulary/labels.ts";
import { headPod } from "./head-pod.ts";
import { workerPod } from "./worker-pod.ts";

describe("whatever the cluster, as long as it is valid:", () => {
  it("the clusters of this test are valid", () => {
    fc.assert(
      fc.property(anyRayCluster(), (cluster) => {
        expect([...validateRayClusterMetadata(cluster), ...validateRayClusterSpec(cluster)]).toEqual([]);
      }),
    );
  });

  it("every object has a name and labels that the API takes, and belongs to the cluster", () => {
    fc.assert(
      fc.property(anyRayCluster(), (cluster) => {
        for (const object of objectsOf(cluster)) {
          expect(faultsOf(object)).toEqual([]);
          expect(object.metadata.namespace).toBe(cluster.metadata.namespace);
          expect(object.metadata.ownerReferences?.map(({ uid }) => uid)).toEqual([cluster.metadata.uid]);
        }
      }),
    );
  });

  it("no container has a variable or a mount twice, and every mount has its volume", () => {
    fc.assert(
      fc.property(anyRayCluster(), (cluster) => {
        for (const pod of podsOf(cluster)) expect(clashesIn(pod)).toEqual([]);
      }),
    );
  });

  it("the user's container stays the first, and no two containers share a name", () => {
    fc.assert(
      fc.property(anyRayCluster(), (cluster) => {
        for (const { spec } of podsOf(cluster)) {
          const names = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].map(
            ({ name }) => name,
          );
          expect(["ray-head", "ray"]).toContain(names[0]);
          expect(repeated(names)).toEqual([]);
        }
      }),
    );
  });
});

function objectsOf(cluster: RayCluster): readonly KubeObject[] {
  return [
    ...podsOf(cluster),
    headService(cluster),
    ...(needsHeadlessWorkerService(cluster) ? [headlessWorkerService(cluster)] : []),
    ...(wantsServeService(cluster) ? [serveService(cluster)] : []),
    ...(wantsIngress(cluster) ? [headIngress(cluster), headRoute(cluster)] : []),
    autoscalerServiceAccount(cluster),
    autoscalerRole(cluster),
    autoscalerRoleBinding(cluster),
    ...(needsAuthSecret(cluster) ? [authSecret(cluster, { token: "t" })] : []),
    ...(needsGcsClaim(cluster) ? [gcsClaim(cluster)] : []),
    ...(needsRedisCleanup(cluster) ? [redisCleanupJob(cluster)] : []),
    ...networkPolicies(cluster),
    ...["volcano", "scheduler-plugins"].flatMap((name) =>
      batchSchedulerOf(name)
        .objects(cluster)
        .map(({ object }) => object),
    ),
  ];
}

function podsOf(cluster: RayCluster): readonly Pod[] {
  const [name = ""] = namesIn(cluster, HEAD_GROUP, 1);
  const workers = (cluster.spec.workerGroupSpecs ?? []).flatMap((group) => replicaOf(cluster, group));
  return [headPod(cluster, { name }), ...workers];
}

function replicaOf(cluster: RayCluster, group: WorkerGroupSpec): readonly Pod[] {
  const names = namesIn(cluster, group.groupName, group.numOfHosts ?? 1);
  const replica = replicaName(group.groupName, names[0] ?? "");
  return names.map((name, hostIndex) =>
    workerPod(cluster, group, { name, replicaIndex: 0, replicaName: replica, hostIndex }),
  );
}

function namesIn(cluster: RayCluster, group: string, count: number): readonly string[] {
  return podNames({ cluster, group, count, pods: [], floor: 0 });
}

function containersOf(spec: PodSpec | undefined): readonly Container[] {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
}

/** What the API would refuse in the object's name and labels. */
function faultsOf({ kind, metadata: { name, labels = {} } }: KubeObject): readonly string[] {
  const isLong = kind !== "NetworkPolicy" && name.length > 63;
  const wrong = Object.entries(labels).filter(
    ([key, value]) => !isQualifiedName(key) || !isLabelValue(value),
  );
  return [
    ...(isLong || !isDns1123Subdomain(name) ? [`${kind} ${name}`] : []),
    ...wrong.map(([key, value]) => `${kind} ${key}=${value}`),
  ];
}

/** Volumes, variables and mounts that stand twice in a pod, and mounts of volumes that it does not have. */
function clashesIn({ spec }: Pod): readonly string[] {
  const volumes = spec?.volumes?.map(({ name }) => name) ?? [];
  const inContainers = containersOf(spec).flatMap(({ env = [], volumeMounts = [] }) => [
    ...repeated(env.map(({ name }) => name)),
    ...repeated(volumeMounts.map(({ mountPath }) => mountPath)),
    ...volumeMounts.map(({ name }) => name).filter((name) => !volumes.includes(name)),
  ]);
  return [...repeated(volumes), ...inContainers];
}

function repeated(names: readonly string[]): readonly string[] {
  return names.filter((name, index) => names.indexOf(name) !== index);
}
