import type { HeadAddress } from "@heliostat/apiserver";
import { LABEL, NODE_TYPE, PORT, type RayDashboard } from "@heliostat/ray";
import { rayDashboard } from "@heliostat/ray-http";
import { connectToPod, duplexOf, type PodPlace } from "../laptop/pod-connection.ts";

/**
 * Dashboards by their address: for whoever is in the cluster, where its DNS names lead somewhere.
 */
export function dashboardByDns({ url, token }: HeadAddress): RayDashboard {
  return rayDashboard({ baseUrl: url, ...(token !== undefined && { token }) });
}

/**
 * Dashboards through the API of Kubernetes, a connection a call: for whoever is outside. No port is opened, behind which
 * everybody on this machine would find a cluster.
 */
export function dashboardsThroughPods(place: PodPlace): (address: HeadAddress) => RayDashboard {
  return ({ cluster, url, token }) => {
    const { name, namespace = "" } = cluster.metadata;
    const labels = { [LABEL.cluster]: name, [LABEL.nodeType]: NODE_TYPE.head };
    const head = { namespace, labels, port: PORT.dashboard };
    return rayDashboard({
      baseUrl: url,
      connect: async () => duplexOf(await connectToPod(place, head)),
      ...(token !== undefined && { token }),
    });
  };
}
