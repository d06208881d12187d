import type { Ingress, ObjectMeta } from "@heliostat/kube";
import { headIngressName, headServiceName, nodeIdentifier } from "../names/cluster-names.ts";
import { clusterLabels, ownedMetadata } from "../raycluster/owned-metadata.ts";
import type { RayCluster } from "../raycluster/types.ts";
import { ANNOTATION } from "../vocabulary/annotations.ts";
import { LABEL, NODE_TYPE } from "../vocabulary/labels.ts";
import { dashboardServicePort } from "./dashboard-port.ts";

/** Whether the user wants the dashboard published: by an Ingress, or on OpenShift by a Route. */
export function wantsIngress({ spec }: RayCluster): boolean {
  return spec.headGroupSpec.enableIngress === true;
}

/**
 * The Ingress in front of the dashboard, as KubeRay makes it. Its class comes from the cluster's annotation; without
 * one, a class that somebody set on the living Ingress is theirs to keep.
 */
export function headIngress(cluster: RayCluster): Ingress {
  const { host, path = "/", pathType = "Prefix", tls } = cluster.spec.headGroupSpec.ingressOptions ?? {};
  const ingressClassName = cluster.metadata.annotations?.[ANNOTATION.ingressClass];
  const service = { name: headServiceName(cluster), port: { number: dashboardServicePort(cluster) } };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: publishedMetadata(cluster, headIngressName(cluster)),
    spec: {
      ...(ingressClassName !== undefined && { ingressClassName }),
      rules: [{ ...(host && { host }), http: { paths: [{ path, pathType, backend: { service } }] } }],
      ...(tls && tls.length > 0 && { tls }),
    },
  };
}

/** Metadata of what publishes the dashboard: controllers of Ingresses are configured by the cluster's annotations. */
export function publishedMetadata(cluster: RayCluster, name: string): ObjectMeta {
  const labels = { ...clusterLabels(cluster), [LABEL.identifier]: nodeIdentifier(cluster, NODE_TYPE.head) };
  const annotations = Object.entries(cluster.metadata.annotations ?? {}).filter(([key]) => !isKept(key));
  return {
    ...ownedMetadata(cluster, name, labels),
    ...(annotations.length > 0 && { annotations: Object.fromEntries(annotations) }),
  };
}

/** The class has a field of its own; and what kubectl once applied to the cluster says nothing about an Ingress. */
function isKept(annotation: string): boolean {
  return annotation === ANNOTATION.ingressClass || annotation === ANNOTATION.lastApplied;
}
