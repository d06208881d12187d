import type { Service } from "@heliostat/kube";
import { serveServiceName } from "../names/cluster-names.ts";
import { ownedMetadata } from "../raycluster/owned-metadata.ts";
import { isSwitchedOn } from "../raycluster/switches.ts";
import type { RayCluster } from "../raycluster/types.ts";
import { SpecError } from "../validation/spec-error.ts";
import { ANNOTATION } from "../vocabulary/annotations.ts";
import { LABEL } from "../vocabulary/labels.ts";
import { PORT_NAME } from "../vocabulary/ports.ts";
import { type HeadPort, headPorts } from "./head-ports.ts";

/**
 * The service through which clients reach Ray Serve on any pod of a cluster, as KubeRay makes it.
 *
 * @throws SpecError when the head's Ray container lists ports and none of them is Serve's
 */
export function serveService(cluster: RayCluster): Service {
  const { name } = cluster.metadata;
  const { serviceType = "" } = cluster.spec.headGroupSpec;
  const ports = headPorts(cluster).filter(isServePort);
  if (ports.length === 0) throw new SpecError("RayCluster", name, [MISSING_PORT]);
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: ownedMetadata(cluster, serveServiceName(cluster), {
      [LABEL.originatedFromName]: name,
      [LABEL.originatedFromKind]: "RayCluster",
      [LABEL.serve]: `${name}-serve`,
    }),
    spec: {
      ...(serviceType !== "" && { type: serviceType }),
      selector: { [LABEL.cluster]: name },
      ports,
    },
  };
}

/** Whether the user asks for that service. */
export function wantsServeService(cluster: RayCluster): boolean {
  return isSwitchedOn(cluster, ANNOTATION.enableServeService);
}

const MISSING_PORT = {
  field: "spec.headGroupSpec.template.spec.containers[0].ports",
  message: `has no port for Ray Serve, which "${ANNOTATION.enableServeService}" needs; add one named "${PORT_NAME.serve}"`,
};

/** Whether Ray Serve listens on the port: `serve`, or `serve-` and more. */
export function isServePort({ name }: HeadPort): boolean {
  return name === PORT_NAME.serve || name.startsWith(`${PORT_NAME.serve}-`);
}
