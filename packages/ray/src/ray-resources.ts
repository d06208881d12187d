import { namespaced, type Resource } from "@heliostat/kube";
import type { RayCluster } from "./raycluster/types.ts";
import type { RayCronJob } from "./raycronjob/types.ts";
import type { RayJob } from "./rayjob/types.ts";
import type { RayService } from "./rayservice/types.ts";

export const RAY_CLUSTERS: Resource<RayCluster> = namespaced("ray.io/v1", "RayCluster", "rayclusters");
export const RAY_JOBS: Resource<RayJob> = namespaced("ray.io/v1", "RayJob", "rayjobs");
export const RAY_SERVICES: Resource<RayService> = namespaced("ray.io/v1", "RayService", "rayservices");
export const RAY_CRON_JOBS: Resource<RayCronJob> = namespaced("ray.io/v1", "RayCronJob", "raycronjobs");
