import { type KubeObject, namespaced, type ObjectMeta, type Resource } from "@heliostat/kube";
import { headRouteName, headServiceName } from "../names/cluster-names.ts";
import type { RayCluster } from "../raycluster/types.ts";
import { dashboardServicePort } from "./dashboard-port.ts";
import { publishedMetadata } from "./head-ingress.ts";

/** What we say in a Route: OpenShift's own kind, in the place of an Ingress. */
export interface OpenShiftRoute extends KubeObject {
  readonly apiVersion: "route.openshift.io/v1";
  readonly kind: "Route";
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly to: { readonly kind: "Service"; readonly name: string; readonly weight: number };
    readonly port: { readonly targetPort: number };
    readonly wildcardPolicy: "None";
  };
}

export const OPENSHIFT_ROUTES: Resource<OpenShiftRoute> = namespaced(
  "route.openshift.io/v1",
  "Route",
  "routes",
);

/** The Route in front of the dashboard, for OpenShift, as KubeRay makes it. */
export function headRoute(cluster: RayCluster): OpenShiftRoute {
  return {
    apiVersion: "route.openshift.io/v1",
    kind: "Route",
    metadata: publishedMetadata(cluster, headRouteName(cluster)),
    spec: {
      to: { kind: "Service", name: headServiceName(cluster), weight: 100 },
      port: { targetPort: dashboardServicePort(cluster) },
      wildcardPolicy: "None",
    },
  };
}
