import type { Service, ServicePort } from "@heliostat/kube";
import type { Variables } from "./expand-variables.ts";

/** Where pods reach the API. */
export interface ApiServerAddress {
  readonly host: string;
  readonly port: number;
}

/** `KUBERNETES_SERVICE_HOST` and its like: how a pod finds the API without a name. */
export function apiServerEnv({ host, port }: ApiServerAddress): Variables {
  return serviceVariables("kubernetes", host, [{ name: "https", port }]);
}

/**
 * The variables that stand for the services of a namespace (Kubernetes: service links). Services without an address
 * of their own have none, and neither has the API's service, which {@link apiServerEnv} stands for.
 */
export function serviceEnv(services: readonly Service[]): Variables {
  const linked = services.filter(
    ({ metadata, spec }) => hasAddress(spec?.clusterIP) && !isApiService(metadata),
  );
  return Object.assign(
    {},
    ...linked.map(({ metadata, spec }) =>
      serviceVariables(metadata.name, spec?.clusterIP ?? "", spec?.ports ?? []),
    ),
  );
}

/** Kubernetes' own variables and those that Docker's links once had. */
function serviceVariables(service: string, host: string, ports: readonly ServicePort[]): Variables {
  const [first] = ports;
  if (!first) return {};
  const name = variableName(service);
  const named = ports.filter((port) => port.name);
  return {
    [`${name}_SERVICE_HOST`]: host,
    [`${name}_SERVICE_PORT`]: String(first.port),
    ...Object.fromEntries(
      named.map((port) => [`${name}_SERVICE_PORT_${variableName(port.name ?? "")}`, String(port.port)]),
    ),
    [`${name}_PORT`]: urlOf(host, first),
    ...Object.assign({}, ...ports.map((port) => linkVariables(name, host, port))),
  };
}

function linkVariables(name: string, host: string, port: ServicePort): Variables {
  const protocol = port.protocol ?? "TCP";
  const prefix = `${name}_PORT_${port.port}_${protocol}`;
  return {
    [prefix]: urlOf(host, port),
    [`${prefix}_PROTO`]: protocol.toLowerCase(),
    [`${prefix}_PORT`]: String(port.port),
    [`${prefix}_ADDR`]: host,
  };
}

function urlOf(host: string, { port, protocol = "TCP" }: ServicePort): string {
  return `${protocol.toLowerCase()}://${host}:${port}`;
}

function variableName(name: string): string {
  return name.toUpperCase().replaceAll("-", "_");
}

function hasAddress(clusterIp: string | undefined): boolean {
  return clusterIp !== undefined && clusterIp !== "" && clusterIp !== "None";
}

function isApiService(metadata: { readonly name: string; readonly namespace?: string }): boolean {
  return metadata.name === "kubernetes" && metadata.namespace === "default";
}
