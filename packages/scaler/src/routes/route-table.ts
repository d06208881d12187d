import type { Method, OperationName, Route, Surface } from "./route.ts";

const READ: readonly Method[] = ["GET"];
/** Clients of one time send one, and of another time the other. */
const WRITE: readonly Method[] = ["POST", "PATCH"];

/** Every route there is. */
export const ROUTES: readonly Route[] = [
  ...rows("open", READ, [
    ["/healthz", "health", "Whether the process answers"],
    ["/readyz", "readiness", "Whether it can serve: Kubernetes answers, and the caches are filled"],
  ]),
  ...rows("service", READ, [
    ["/ddl_cluster_scaler_api/list/{kind}", "list", "Clusters of a kind that the caller may see"],
    ["/cluster/{kind}/{name}", "get", "One cluster, as Kubernetes has it"],
    ["/rayclusterscaler/list", "listRay", "Ray clusters that the caller may see", "rayclusters"],
    ["/raycluster/list", "listRay", "Ray clusters that the caller may see", "rayclusters"],
    ["/rayclusterscaler/{name}", "get", "One Ray cluster, as Kubernetes has it", "rayclusters"],
    ["/raycluster/{name}", "get", "One Ray cluster, as Kubernetes has it", "rayclusters"],
  ]),
  ...rows("service", WRITE, [
    ["/cluster/scale/{kind}", "scaleNamed", "Scale the cluster that the body names, raising its ceiling"],
    ["/cluster/scale/{kind}/{name}", "scale", "Scale a cluster up to its ceiling"],
    ["/rayclusterscaler/scale", "scaleNamed", "Scale the Ray cluster that the body names", "rayclusters"],
    ["/raycluster/scale", "scaleNamed", "Scale the Ray cluster that the body names", "rayclusters"],
  ]),
  ...rows("client", READ, [
    ["/ddl_cluster_scaler/list/{kind}", "list", "Clusters of a kind that the caller may see"],
    ["/ddl_cluster_scaler/cluster/{kind}/{name}", "get", "One cluster, as Kubernetes has it"],
    ["/ddl_cluster_scaler/get/{kind}/{name}", "get", "One cluster, as Kubernetes has it"],
    [
      "/ddl_cluster_scaler/restart_head_status/{kind}/{name}",
      "headStatus",
      "Whether the head is newer than a moment, and ready",
    ],
    [
      "/ddl_cluster_scaler/restart-head-status/{kind}/{name}",
      "headStatus",
      "Whether the head is newer than a moment, and ready",
    ],
    [
      "/ddl_cluster_scaler/head/restart_status/{namespace}/{pod}",
      "headStatusOfPod",
      "The same, by the name of the head's pod",
    ],
    [
      "/ddl_cluster_scaler/restart_status/{kind}/{name}/{node_type}",
      "roleStatus",
      "Whether all pods of a role are newer than a moment, and ready",
    ],
  ]),
  ...rows("client", WRITE, [
    ["/ddl_cluster_scaler/scale/{kind}/{name}", "scale", "Scale a cluster up to its ceiling"],
    ["/ddl_cluster_scaler/restart_head/{kind}/{name}", "restartHead", "Replace the head's pod"],
    ["/ddl_cluster_scaler/restart-head/{kind}/{name}", "restartHead", "Replace the head's pod"],
    ["/ddl_cluster_scaler/head-hw-tier/{kind}/{name}", "headTier", "Give the head another hardware tier"],
    ["/ddl_cluster_scaler/head_hw_tier/{kind}/{name}", "headTier", "Give the head another hardware tier"],
  ]),
  ...rows("v1", READ, [
    ["/api/v1/kinds", "kinds", "The kinds that can be scaled, and which of them this cluster serves"],
    ["/api/v1/whoami", "whoAmI", "Whom the service takes the caller for"],
    ["/api/v1/tiers", "tiers", "The hardware tiers that the caller may use"],
    ["/api/v1/clusters/{kind}", "listViews", "Clusters of a kind that the caller may see"],
    ["/api/v1/clusters/{kind}/{name}", "view", "A cluster's worker groups, pods and owner"],
    ["/api/v1/clusters/{kind}/{name}/progress", "progress", "How far an accepted scaling is"],
    ["/api/v1/clusters/{kind}/{name}/restart", "restartStatus", "How far a restart is"],
  ]),
  ...rows("v1", WRITE, [
    ["/api/v1/clusters/{kind}/{name}/scale", "scaleView", "Scale a worker group"],
    [
      "/api/v1/clusters/{kind}/{name}/restart",
      "restartView",
      "Replace the head's pod, or all workers one after another",
    ],
    ["/api/v1/clusters/{kind}/{name}/head-tier", "headTierView", "Give the head another hardware tier"],
  ]),
];

type Row = readonly [path: string, operation: OperationName, summary: string, kind?: string];

function rows(surface: Surface, methods: readonly Method[], table: readonly Row[]): readonly Route[] {
  return table.map(([path, operation, summary, kind]) => ({
    methods,
    path,
    surface,
    operation,
    summary,
    ...(kind !== undefined && { kind }),
  }));
}
