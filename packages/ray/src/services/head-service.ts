import { controllerReference, type Service, type ServicePort } from "@heliostat/kube";
import { headServiceName, nodeIdentifier } from "../names/cluster-names.ts";
import type { RayCluster, ServiceTemplate } from "../raycluster/types.ts";
import type { RaySettings } from "../settings.ts";
import { APP_NAME, CREATED_BY, LABEL, NODE_TYPE } from "../vocabulary/labels.ts";
import { headPorts } from "./head-ports.ts";

/**
 * The service through which everybody finds the head, as KubeRay makes it.
 *
 * Without a wish of the user's it is headless and also names a head that is not ready: a cluster has one head, and
 * workers look for it while it starts. A `headService` of the user's is kept but for selector, namespace and our labels.
 */
export function headService(
  cluster: RayCluster,
  { isHeadServiceHeadless = true }: RaySettings = {},
): Service {
  const { headService: template } = cluster.spec.headGroupSpec;
  return template ? customService(cluster, template) : plainService(cluster, isHeadServiceHeadless);
}

/** The labels of the head service, by which it is found again; the head pod has them too. */
function headServiceLabels(cluster: RayCluster): Readonly<Record<string, string>> {
  const { template, labels } = cluster.spec.headGroupSpec;
  const podLabels = { ...template.metadata?.labels, ...labels };
  return {
    [LABEL.cluster]: cluster.metadata.name,
    [LABEL.nodeType]: NODE_TYPE.head,
    [LABEL.identifier]: nodeIdentifier(cluster, NODE_TYPE.head),
    [LABEL.appName]: podLabels[LABEL.appName] ?? APP_NAME,
    [LABEL.createdBy]: CREATED_BY,
  };
}

function plainService(cluster: RayCluster, isHeadlessByDefault: boolean): Service {
  const { headServiceAnnotations, headGroupSpec } = cluster.spec;
  const { serviceType = "" } = headGroupSpec;
  const isHeadless = isHeadlessByDefault && (serviceType === "" || serviceType === "ClusterIP");
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      ...identity(cluster),
      labels: headServiceLabels(cluster),
      ...(headServiceAnnotations && { annotations: headServiceAnnotations }),
    },
    spec: {
      ...(serviceType !== "" && { type: serviceType }),
      ...(isHeadless && { clusterIP: "None", publishNotReadyAddresses: true }),
      selector: headServiceLabels(cluster),
      ports: servicePorts(cluster),
    },
  };
}

function customService(cluster: RayCluster, { metadata, spec }: ServiceTemplate): Service {
  const { headServiceAnnotations, headGroupSpec } = cluster.spec;
  const annotations = { ...metadata?.annotations, ...headServiceAnnotations };
  const type = spec?.type || headGroupSpec.serviceType;
  const ownPorts = spec?.ports ?? [];
  const isFree = (port: ServicePort) =>
    !ownPorts.some((own) => own.name === port.name || own.port === port.port);
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      ...metadata,
      ...identity(cluster),
      labels: { ...metadata?.labels, ...headServiceLabels(cluster) },
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    spec: {
      ...spec,
      ...(type && { type }),
      selector: headServiceLabels(cluster),
      // Kubernetes refuses two ports of one name or number: the user's stay.
      ports: [...ownPorts, ...servicePorts(cluster).filter(isFree)],
    },
  };
}

function identity(cluster: RayCluster): Service["metadata"] {
  const { namespace } = cluster.metadata;
  return {
    name: headServiceName(cluster),
    ...(namespace !== undefined && { namespace }),
    ownerReferences: [controllerReference(cluster)],
  };
}

function servicePorts(cluster: RayCluster): readonly ServicePort[] {
  return headPorts(cluster).map(({ name, port }) => ({ name, port, appProtocol: "tcp" }));
}
