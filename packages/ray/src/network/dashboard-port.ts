import type { RayCluster } from "../raycluster/types.ts";
import { headService } from "../services/head-service.ts";
import { PORT, PORT_NAME } from "../vocabulary/ports.ts";

/** The port of the head service behind which the dashboard is: the one of that name, else 8265. */
export function dashboardServicePort(cluster: RayCluster): number {
  const ports = headService(cluster).spec?.ports ?? [];
  return ports.find(({ name }) => name === PORT_NAME.dashboard)?.port ?? PORT.dashboard;
}

/** The port on which the dashboard itself listens: the head's parameter, else 8265. */
export function dashboardListenPort({ spec }: RayCluster): number {
  const param = spec.headGroupSpec.rayStartParams?.["dashboard-port"] ?? "";
  return /^\d{1,5}$/.test(param) ? Number(param) : PORT.dashboard;
}
