import type { HeadGroupSpec } from "../raycluster/types.ts";
import { aRayContainer, type RayClusterTraits } from "./fixtures.ts";

/** A cluster with something wrong: what, how it comes about, and the fields that problems name, in order. */
export type BrokenSpec = readonly [what: string, traits: RayClusterTraits, fields: readonly string[]];

const rocksDb = { gcsFaultToleranceOptions: { backend: "rocksdb" as const } };
const mounts = "spec.headGroupSpec.template.spec.containers[0].volumeMounts";
const strategy = "spec.upgradeStrategy";
const collector = "spec.historyServerOptions.collectorOptions";
const noContainer = { template: { spec: { containers: [] } } };
const always = { template: { spec: { containers: [aRayContainer()], restartPolicy: "Always" } } };
const [head, env, group] = [
  "spec.headGroupSpec",
  "spec.headGroupSpec.template.spec.containers[0].env",
  "spec.workerGroupSpecs[0]",
];
const scaling = { enableInTreeAutoscaling: true, autoscalerOptions: { version: "v2" as const } };
const redis = { gcsFaultToleranceOptions: { redisAddress: "redis:6379" } };

/** Every rule of the validation, broken once. */
export const BROKEN_SPECS: readonly BrokenSpec[] = [
  ["a head without containers", { head: noContainer }, [`${head}.template.spec.containers`]],
  ["a group without containers", { workers: [noContainer] }, [`${group}.template.spec.containers`]],
  [
    "resources in two places",
    { head: { resources: { CPU: "1" }, rayStartParams: { "num-cpus": "1" } } },
    [`${head}.rayStartParams`],
  ],
  [
    "resources under two names",
    { workers: [{ resources: { CPU: "1" }, rayResources: { GPU: 1 } }] },
    [`${group}.rayResources`],
  ],
  [
    "labels as a parameter",
    { head: { rayStartParams: { labels: "a=b" } } },
    [`${head}.rayStartParams.labels`],
  ],
  ["labels that are none", { head: { labels: { "a/b/c": "-" } } }, [`${head}.labels`, `${head}.labels`]],
  ["a negative minimum", { workers: [{ minReplicas: -1 }] }, [`${group}.minReplicas`]],
  [
    "a negative maximum",
    { workers: [{ maxReplicas: -1 }] },
    [`${group}.maxReplicas`, `${group}.minReplicas`],
  ],
  [
    "a minimum above the maximum",
    { workers: [{ minReplicas: 3, maxReplicas: 2 }] },
    [`${group}.minReplicas`],
  ],
  [
    "a group's idle timeout without autoscaler v2",
    { workers: [{ idleTimeoutSeconds: 5 }] },
    [`${group}.idleTimeoutSeconds`],
  ],
  [
    "a negative idle timeout",
    { ...scaling, workers: [{ idleTimeoutSeconds: -5 }] },
    [`${group}.idleTimeoutSeconds`],
  ],
  [
    "a priority with an old Ray",
    { ...scaling, rayVersion: "2.55", workers: [{ priority: 1 }] },
    [`${group}.priority`],
  ],
  [
    "a priority without autoscaler v2",
    { rayVersion: "2.56.0", workers: [{ priority: 1 }] },
    [`${group}.priority`],
  ],
  [
    "fault tolerance asked for twice",
    { ...redis, metadata: { annotations: { "ray.io/ft-enabled": "true" } } },
    ['metadata.annotations["ray.io/ft-enabled"]'],
  ],
  ["Redis by the way", { head: headWith("RAY_REDIS_ADDRESS=redis:6379") }, [env]],
  ["a Redis password in the environment", { ...redis, head: headWith("REDIS_PASSWORD=x") }, [env]],
  [
    "a Redis password as a parameter",
    { ...redis, head: { rayStartParams: { "redis-password": "x" } } },
    [`${head}.rayStartParams.redis-password`],
  ],
  ["a Redis user in the environment", { head: headWith("REDIS_USERNAME=x") }, [env]],
  [
    "storage for Redis",
    { gcsFaultToleranceOptions: { storage: {} } },
    ["spec.gcsFaultToleranceOptions.storage"],
  ],
  [
    "Redis's settings with RocksDB",
    {
      gcsFaultToleranceOptions: {
        backend: "rocksdb",
        redisAddress: "redis:6379",
        redisUsername: { value: "u" },
        redisPassword: { value: "p" },
        externalStorageNamespace: "n",
      },
    },
    ["redisAddress", "redisUsername", "redisPassword", "externalStorageNamespace"].map(
      (field) => `spec.gcsFaultToleranceOptions.${field}`,
    ),
  ],
  [
    "a claim of the user's and settings for one of ours",
    {
      gcsFaultToleranceOptions: {
        backend: "rocksdb",
        storage: { claimName: "mine", size: "1Gi", storageClassName: "s", accessModes: ["ReadWriteOnce"] },
      },
    },
    ["size", "storageClassName", "accessModes"].map(
      (field) => `spec.gcsFaultToleranceOptions.storage.${field}`,
    ),
  ],
  [
    "RocksDB's variables by hand",
    { ...rocksDb, head: headWith("RAY_gcs_storage=rocksdb", "RAY_gcs_storage_path=/x") },
    [env, env],
  ],
  ["RocksDB's mount by hand", { ...rocksDb, head: mounting("other", "/data/gcs") }, [mounts]],
  [
    "RocksDB's volume by hand",
    { ...rocksDb, head: mounting("gcs-storage", "/x") },
    [mounts, `${head}.template.spec.volumes`],
  ],
  [
    "a suspended group that scales itself",
    { ...scaling, workers: [{ suspend: true }] },
    [`${group}.suspend`],
  ],
  ["autoscaler v2 without autoscaling", { head: headWith("RAY_enable_autoscaler_v2=true") }, [env]],
  ["autoscaler v2 asked for twice", { ...scaling, head: headWith("RAY_enable_autoscaler_v2=true") }, [env]],
  [
    "a head that restarts under autoscaler v2",
    { ...scaling, head: always },
    [`${head}.template.spec.restartPolicy`],
  ],
  [
    "a group that restarts under autoscaler v2",
    { ...scaling, workers: [always] },
    [`${group}.template.spec.restartPolicy`],
  ],
  [
    "a negative idle timeout of the cluster",
    { autoscalerOptions: { idleTimeoutSeconds: -1 } },
    ["spec.autoscalerOptions.idleTimeoutSeconds"],
  ],
  [
    "the autoscaler's own variable",
    { autoscalerOptions: { env: [{ name: "KUBERAY_GEN_AUTOSCALER_START_CMD", value: "x" }] } },
    ["spec.autoscalerOptions.env"],
  ],
  [
    "tokens with an unknown Ray",
    { rayVersion: "nightly", authOptions: { mode: "token" } },
    ["spec.authOptions.mode"],
  ],
  [
    "Kubernetes' tokens with a secret and an old Ray",
    { rayVersion: "2.54.0", authOptions: { mode: "token", enableK8sTokenAuth: true, secretName: "s" } },
    ["spec.authOptions.enableK8sTokenAuth", "spec.authOptions.secretName"],
  ],
  [
    "Kubernetes' tokens without tokens",
    { authOptions: { enableK8sTokenAuth: true } },
    ["spec.authOptions.enableK8sTokenAuth"],
  ],
  ["mutual TLS", { tlsOptions: { enabled: true } }, ["spec.tlsOptions.enabled"]],
  [
    "rules for a direction that is open",
    {
      networkPolicy: {
        mode: "DenyAllEgress",
        head: { ingressRules: [{}] },
        worker: { ingressRules: [{}] },
      },
    },
    ["spec.networkPolicy.head.ingressRules", "spec.networkPolicy.worker.ingressRules"],
  ],
  [
    "rules of a group for a direction that is open",
    {
      networkPolicy: {
        mode: "DenyAllIngress",
        workerGroups: [{ groupName: "workers", egressRules: [{}] }],
      },
    },
    ["spec.networkPolicy.workerGroups[0].egressRules"],
  ],
  [
    "a group whose policy could not be named",
    { networkPolicy: {}, workers: [{ groupName: "GPU_pool" }] },
    [`${group}.groupName`],
  ],
  [
    "network rules for a group that is not there",
    { networkPolicy: { workerGroups: [{ groupName: "others" }] } },
    ["spec.networkPolicy.workerGroups[0].groupName"],
  ],
  [
    "an upgrade strategy on a RayJob's cluster",
    { upgradeStrategy: { type: "None" }, metadata: { labels: { "ray.io/originated-from-crd": "RayJob" } } },
    ["spec.upgradeStrategy"],
  ],
  ["an unknown upgrade strategy", anyTraits({ upgradeStrategy: { type: "Slowly" } }), [`${strategy}.type`]],
  [
    "a rolling update's settings without one",
    { upgradeStrategy: { type: "Recreate", rollingUpdate: {} } },
    [`${strategy}.rollingUpdate`],
  ],
  ...[0, -1, 1.5, "0%", "some"].map((maxUnavailable): [string, RayClusterTraits, readonly string[]] => [
    `a rolling update with ${maxUnavailable} missing`,
    { upgradeStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable } } },
    [`${strategy}.rollingUpdate.maxUnavailable`],
  ]),
  [
    "history without a collector",
    { historyServerOptions: {} },
    ["spec.historyServerOptions.collectorOptions"],
  ],
  [
    "a collector without image and place",
    { historyServerOptions: { collectorOptions: {} } },
    [`${collector}.image`, `${collector}.env`],
  ],
  ...["POD_IP", "FQ_RAY_IP", "RAY_CLUSTER_NAME", "RAY_CLUSTER_NAMESPACE", "RAY_ROLE"].map(collecting),
  ...["OWNER_KIND", "OWNER_NAME", "EVENTS_PORT"].map(collecting),
  ...[
    ["GCS", "GCS_BUCKET"],
    ["S3", "S3_REGION"],
    ["AZUREBLOB", "AZURE_STORAGE_CONNECTION_STRING"],
    ["ALIYUNOSS", "OSS_BUCKET", "OSS_ENDPOINT", "OSS_REGION"],
  ].map(([backend = "", ...needed]): [string, RayClusterTraits, readonly string[]] => [
    `history in ${backend} without its settings`,
    keeping({ STORAGE_BACKEND: backend }),
    needed.map(() => `${collector}.env`),
  ]),
  [
    "history in AZUREBLOB by an account without its address",
    keeping({ STORAGE_BACKEND: "AZUREBLOB", AZURE_STORAGE_AUTH_MODE: "default" }),
    [`${collector}.env`],
  ],
  [
    "a container called as the collector",
    {
      ...keeping({ STORAGE_BACKEND: "LOCAL" }),
      workers: [{ template: { spec: { containers: [aRayContainer({ name: "ray-history-collector" })] } } }],
    },
    [`${group}.template.spec.containers`],
  ],
  ["two groups of one name", { workers: [{}, {}] }, ["spec.workerGroupSpecs[1].groupName"]],
  ["a group whose name is no label", { workers: [{ groupName: "my group" }] }, [`${group}.groupName`]],
  ["a group without a name", { workers: [{ groupName: "" }] }, [`${group}.groupName`]],
  ["a negative number of hosts", { workers: [{ numOfHosts: -1 }] }, [`${group}.numOfHosts`]],
  ["a group called as the head", { workers: [{ groupName: "headgroup" }] }, [`${group}.groupName`]],
];

function headWith(...names: readonly string[]): Partial<HeadGroupSpec> {
  const env = names.map((pair) => {
    const [name = "", value = ""] = pair.split("=");
    return { name, value };
  });
  return { template: { spec: { containers: [aRayContainer({ env })] } } };
}

function mounting(name: string, mountPath: string): Partial<HeadGroupSpec> {
  const containers = [aRayContainer({ volumeMounts: [{ name, mountPath }] })];
  const volumes = [{ name, emptyDir: {} }];
  return { template: { spec: { containers, volumes } } };
}

/** A cluster that keeps its history, with these settings of the collector. */
function keeping(settings: Readonly<Record<string, string>>): RayClusterTraits {
  const env = Object.entries(settings).map(([name, value]) => ({ name, value }));
  return { historyServerOptions: { collectorOptions: { image: "collector", env } } };
}

function collecting(name: string): [string, RayClusterTraits, readonly string[]] {
  return [
    `the collector's own ${name}`,
    keeping({ STORAGE_BACKEND: "LOCAL", [name]: "x" }),
    [`${collector}.env`],
  ];
}

/** Traits that the types forbid and the API lets through. */
function anyTraits(traits: object): RayClusterTraits {
  return traits as RayClusterTraits;
}
