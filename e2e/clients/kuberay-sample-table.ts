/** What a sample of KubeRay's has to become. */
export interface Sample {
  readonly file: string;
  readonly workers: number;
  /** Further objects, `{}` for the cluster's name. A service here stands for the usual head service. */
  readonly objects?: readonly string[];
  /** Reasons of events beyond those of services, head and workers. */
  readonly reasons?: readonly string[];
  /** What the sample tells its reader to do with kubectl before, and what takes that back. */
  readonly before?: string;
  readonly after?: string;
}

const AUTOSCALER: Pick<Sample, "objects" | "reasons"> = {
  objects: ["serviceaccount/{}", "role/{}", "rolebinding/{}"],
  reasons: ["CreatedServiceAccount", "CreatedRole", "CreatedRoleBinding"],
};

/** Those that need no cloud, no GPU and no TPU. */
export const SAMPLES: readonly Sample[] = [
  { file: "ray-cluster.sample.yaml", workers: 1 },
  { file: "ray-cluster.complete.yaml", workers: 1 },
  { file: "ray-cluster.autoscaler-v2.yaml", workers: 0, ...AUTOSCALER },
  { file: "ray-cluster.autoscaler.yaml", workers: 0, ...AUTOSCALER },
  { file: "ray-cluster.autoscaler-v2-overwrite-cmd.yaml", workers: 0, ...AUTOSCALER },
  { file: "ray-cluster.auth.yaml", workers: 1, objects: ["secret/{}"] },
  { file: "ray-cluster.auth.secret-ref.yaml", workers: 1 },
  {
    file: "ray-cluster.auth-manual.yaml",
    workers: 1,
    before: "create secret generic ray-cluster-with-auth --from-literal=auth_token=raycluster_secret",
    after: "delete secret ray-cluster-with-auth",
  },
  { file: "ray-cluster.kubernetes.auth.yaml", workers: 1 },
  { file: "ray-cluster.kubernetes.auth-manual.yaml", workers: 1 },
  {
    file: "ray-cluster.custom-head-service.yaml",
    workers: 0,
    objects: ["service/custom-ray-head-service-name"],
  },
  { file: "ray-cluster.deprecate-gcs-ft.yaml", workers: 1 },
  { file: "ray-cluster.external-redis.yaml", workers: 1 },
  { file: "ray-cluster.external-redis-uri.yaml", workers: 1 },
  { file: "ray-cluster.persistent-redis.yaml", workers: 1 },
  { file: "ray-cluster.persistent-redis-sidecar.yaml", workers: 1 },
  { file: "ray-cluster.embed-grafana.yaml", workers: 1 },
  { file: "ray-cluster.embedded-gcs-ft.yaml", workers: 1 },
  { file: "ray-cluster.fluentbit.yaml", workers: 0 },
  { file: "ray-cluster.head-command.yaml", workers: 0 },
  { file: "ray-cluster.historyserver.yaml", workers: 1 },
  { file: "ray-cluster.network-policy-deny-all.yaml", workers: 1 },
  { file: "ray-cluster.overwrite-command.yaml", workers: 1 },
  { file: "ray-cluster.platform-events.yaml", workers: 1 },
  { file: "ray-cluster.py-spy.yaml", workers: 0 },
  { file: "ray-cluster.sandbox.yaml", workers: 2 },
  { file: "ray-cluster.separate-ingress.yaml", workers: 0 },
  { file: "ray-cluster.tls.yaml", workers: 1 },
  { file: "ray-cluster.uv.yaml", workers: 0 },
];

const CLOUD = "needs a cloud";
const ACCELERATOR = "needs GPUs or TPUs";
const SCHEDULER = "needs an operator that is told of the batch scheduler: see batch-schedulers.test.ts";

/** The others, and why. */
export const SKIPPED_SAMPLES: Readonly<Record<string, string>> = {
  "ray-cluster-agc-gatewayapi.yaml": "holds no RayCluster",
  "ray-cluster-alb-ingress.yaml": "holds no RayCluster",
  "ray-cluster-resource-isolation-with-overrides.gke.yaml": CLOUD,
  "ray-cluster-resource-isolation.gke.yaml": CLOUD,
  "ray-cluster-label-selector.yaml": "its workers want nodes of a cloud; on real Ray: e2e/ray",
  "ray-cluster.gke-bucket.yaml": CLOUD,
  "ray-cluster.kai-gpu-sharing.yaml": ACCELERATOR,
  "ray-cluster.kai-scheduler.yaml": SCHEDULER,
  "ray-cluster.mtls.yaml": "mTLS between pods is not served yet",
  "ray-cluster.scheduler-plugins.yaml": SCHEDULER,
  "ray-cluster.tpu-v4-multihost.yaml": ACCELERATOR,
  "ray-cluster.tpu-v4-singlehost.yaml": ACCELERATOR,
  "ray-cluster.tpu-v6e-16-multihost.yaml": ACCELERATOR,
  "ray-cluster.tpu-v6e-256-multihost.yaml": ACCELERATOR,
  "ray-cluster.tpu-v6e-singlehost.yaml": ACCELERATOR,
  "ray-cluster.verl.yaml": ACCELERATOR,
  "ray-cluster.volcano-scheduler-queue.yaml": SCHEDULER,
  "ray-cluster.volcano-scheduler.yaml": SCHEDULER,
  "ray-cluster.yunikorn-scheduler.yaml": SCHEDULER,
};
