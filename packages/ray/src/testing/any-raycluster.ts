import fc from "fast-check";
import type { RayCluster, RayClusterSpec, WorkerGroupSpec } from "../raycluster/types.ts";
import { aRayCluster, aRayContainer, aWorkerGroup } from "./fixtures.ts";

/** Any cluster that passes validation, with every feature on or off, and names of every length. */
export function anyRayCluster(): fc.Arbitrary<RayCluster> {
  return fc
    .record({
      name: fc.stringMatching(/^[a-z]([-a-z0-9]{0,51}[a-z0-9])?$/),
      namespace: fc.stringMatching(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/),
      features: anyFeatures(),
      isServing: fc.boolean(),
      isPublished: fc.boolean(),
      groups: fc.uniqueArray(anyWorkerGroup(), { selector: ({ groupName }) => groupName, maxLength: 3 }),
    })
    .map(({ name, namespace, features, isServing, isPublished, groups }) =>
      aRayCluster({
        ...features,
        metadata: {
          name,
          namespace,
          annotations: { "ray.io/enable-serve-service": String(isServing) },
          labels: { "ray.io/gang-scheduling-enabled": "true" },
        },
        head: { enableIngress: isPublished, labels: { zone: "a" } },
        workers: groups,
      }),
    );
}

function anyWorkerGroup(): fc.Arbitrary<WorkerGroupSpec> {
  return fc
    .record({
      groupName: fc
        .stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)
        .filter((name) => name !== "headgroup"),
      replicas: fc.nat({ max: 3 }),
      numOfHosts: fc.integer({ min: 1, max: 3 }),
      hasInit: fc.boolean(),
      hasLogs: fc.boolean(),
    })
    .map(({ hasInit, hasLogs, ...size }) => {
      const logs = { name: "logs", mountPath: "/tmp/ray" };
      const ray = aRayContainer({
        env: [{ name: "RAY_PORT", value: "1" }],
        ...(hasLogs && { volumeMounts: [logs] }),
      });
      const spec = {
        containers: [ray, aRayContainer({ name: "beside" })],
        ...(hasInit && { initContainers: [aRayContainer({ name: "before" })] }),
        ...(hasLogs && { volumes: [{ name: "logs", emptyDir: {} }] }),
      };
      return aWorkerGroup({ ...size, template: { spec } });
    });
}

/** Each with its own version of Ray where one is needed: 2.55 knows all that the features ask for. */
function anyFeatures(): fc.Arbitrary<Partial<Omit<RayClusterSpec, "headGroupSpec" | "workerGroupSpecs">>> {
  const optional = <T>(value: T): fc.Arbitrary<T | undefined> => fc.constantFrom(undefined, value);
  return fc
    .record({
      enableInTreeAutoscaling: fc.boolean(),
      autoscalerOptions: fc.constantFrom(undefined, { version: "v1" as const }, { version: "v2" as const }),
      authOptions: fc.constantFrom(
        undefined,
        { mode: "token" as const },
        { mode: "token" as const, enableK8sTokenAuth: true },
      ),
      gcsFaultToleranceOptions: fc.constantFrom(
        undefined,
        { redisAddress: "redis:6379", redisPassword: { value: "p" } },
        { backend: "rocksdb" as const },
      ),
      historyServerOptions: optional({
        collectorOptions: { image: "collector", env: [{ name: "STORAGE_BACKEND", value: "LOCAL" }] },
      }),
      networkPolicy: optional({}),
      upgradeStrategy: optional({ type: "RollingUpdate" as const }),
    })
    .map((features) => ({ rayVersion: "2.55.0", ...withoutUndefined(features) }));
}

function withoutUndefined<T extends object>(object: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}
