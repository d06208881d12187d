import {
  isKubeError,
  isTerminating,
  KubeError,
  type KubeReader,
  labelSelectorText,
  nameOf,
  type ObjectName,
  PODS,
  type Pod,
  SERVICES,
  type Service,
  type ServicePort,
} from "@heliostat/kube";
import { APP_NAME, LABEL } from "@heliostat/ray";

/** A service as a path names it: `name`, `name:port`, `scheme:name:port`. */
export interface ServiceAddress extends ObjectName {
  readonly namespace: string;
  readonly port: string;
}

/** @throws KubeError `BadRequest` */
export function serviceAddress(namespace: string, text: string): ServiceAddress {
  const parts = text.split(":");
  const [name = "", port = ""] = parts.length === 3 ? parts.slice(1) : parts;
  const scheme = parts.length === 3 ? parts[0] : "";
  const isKnown = parts.length <= 3 && name !== "" && (scheme === "" || scheme === "http");
  if (isKnown) return { namespace, name, port };
  throw new KubeError(
    "BadRequest",
    `invalid service format: "${text}"; want name, name:port or http:name:port`,
  );
}

/** A service of a Ray cluster. @throws KubeError `NotFound` for every other one, be it there or not */
export async function rayService(
  reader: KubeReader,
  address: ServiceAddress,
  signal: AbortSignal,
): Promise<RayServiceOf> {
  const service = await reader.get(SERVICES, address, { signal }).catch((error: unknown) => {
    if (isKubeError(error, "NotFound")) return undefined;
    throw error;
  });
  const labels = service?.metadata.labels ?? {};
  const cluster = labels[LABEL.cluster];
  if (service === undefined || cluster === undefined || labels[LABEL.appName] !== APP_NAME) {
    throw new KubeError("NotFound", "kuberay service not found");
  }
  return { service, cluster };
}

interface RayServiceOf {
  readonly service: Service;
  /** The name of the RayCluster. */
  readonly cluster: string;
}

/** Where a service leads. */
export interface Backend {
  readonly pod: ObjectName;
  readonly port: number;
}

/** @throws KubeError `BadRequest` when the service has no such port, `Unavailable` when no pod is behind it */
export async function backendOf(
  reader: KubeReader,
  { spec, metadata }: Service,
  { wanted, signal }: { readonly wanted: string; readonly signal: AbortSignal },
): Promise<Backend> {
  const port = portOf(spec?.ports ?? [], wanted);
  if (port === undefined) {
    throw new KubeError("BadRequest", `Cannot reach service "${metadata.name}": it has no port "${wanted}"`);
  }
  const { namespace = "" } = metadata;
  const { items } = await reader.list(PODS, {
    namespace,
    labelSelector: labelSelectorText(spec?.selector ?? {}),
    signal,
  });
  const pod = items.find((each) => !isTerminating(each) && each.status?.phase === "Running");
  if (pod === undefined || !spec?.selector) {
    throw new KubeError("Unavailable", `Cannot reach service "${metadata.name}": no pod runs behind it`);
  }
  return { pod: nameOf(pod), port: containerPort(pod, port) };
}

/** By number or name; without either the only one, or the dashboard's. */
function portOf(ports: readonly ServicePort[], wanted: string): ServicePort | undefined {
  if (wanted !== "") return ports.find(({ port, name }) => String(port) === wanted || name === wanted);
  return ports.length === 1 ? ports[0] : ports.find(({ name }) => name === "dashboard");
}

function containerPort({ spec }: Pod, { port, targetPort = port }: ServicePort): number {
  if (typeof targetPort === "number") return targetPort;
  const named = spec?.containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === targetPort);
  return named?.containerPort ?? port;
}
