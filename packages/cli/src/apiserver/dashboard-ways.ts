import type { HeadAddress } from "@heliostat/apiserver";
import { LABEL, NODE_TYPE, PORT, type RayDashboard } from "@heliostat/ray";
import { rayDashboard } from "@heliostat/ray-http";
import { type Forwarding, type ForwardingPlace, forwardToPod } from "../laptop/forward-to-pod.ts";

/**
 * Dashboards by their address: for whoever is in the cluster, where its DNS names lead somewhere.
 */
export function dashboardByDns({ url, token }: HeadAddress): RayDashboard {
  return rayDashboard({ baseUrl: url, ...(token !== undefined && { token }) });
}

/** Dashboards through a forwarded port of the head pod: for whoever is outside. */
export function dashboardsByForwarding(
  place: ForwardingPlace,
): (address: HeadAddress) => Promise<RayDashboard> {
  const forwardings = new Map<string, Promise<Forwarding>>();
  return async ({ cluster, token }) => {
    const { name, namespace = "" } = cluster.metadata;
    const key = `${namespace}/${name}`;
    const known = forwardings.get(key);
    const forwarding = known ?? forwardToPod(place, headOf(namespace, name));
    if (known === undefined) forwardings.set(key, forwarding);
    const { url } = await forwarding;
    return rayDashboard({ baseUrl: url, ...(token !== undefined && { token }) });
  };
}

function headOf(namespace: string, cluster: string): Parameters<typeof forwardToPod>[1] {
  return {
    namespace,
    labels: { [LABEL.cluster]: cluster, [LABEL.nodeType]: NODE_TYPE.head },
    port: PORT.dashboard,
  };
}
