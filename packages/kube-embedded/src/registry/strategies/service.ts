import {
  type FieldCause,
  isEqualJson,
  type Service,
  type ServicePort,
  type ServiceSpec,
} from "@heliostat/kube";
import { duplicateValue, invalidValue, requiredValue } from "../../api/field-causes.ts";
import { invalid } from "../../api/refusals.ts";
import type { ResourceStrategy, StrategyContext } from "../served-resource.ts";

export const SERVICE_STRATEGY: ResourceStrategy = {
  nameRule: "label1035",
  defaults: (object) => withDefaults(object as Service),
  prepareForCreate: (object, context) => newService(object as Service, context),
  prepareForUpdate: (object, stored) => withKeptAddresses(object as Service, stored as Service),
  validate: (object, stored) => problems(object as Service, stored as Service | undefined),
};

const NO_ADDRESS = "None";

function withDefaults(service: Service): Service {
  const { spec = {} } = service;
  const { type = "ClusterIP", ports } = spec;
  const hasNodePorts = type === "NodePort" || type === "LoadBalancer";
  const timeout = spec.sessionAffinity === "ClientIP" && !spec.sessionAffinityConfig;
  return {
    ...service,
    spec: {
      sessionAffinity: "None",
      ...(type !== "ExternalName" && { internalTrafficPolicy: "Cluster" }),
      ...(hasNodePorts && { externalTrafficPolicy: "Cluster" }),
      ...(type === "LoadBalancer" && { allocateLoadBalancerNodePorts: true }),
      ...(timeout && { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } }),
      ...spec,
      type,
      ...(ports && { ports: ports.map(defaultedPort) }),
    },
    status: { loadBalancer: {}, ...service.status },
  };
}

function defaultedPort(port: ServicePort): ServicePort {
  return { protocol: "TCP", targetPort: port.port, ...port };
}

function newService(service: Service, context: StrategyContext): Service {
  const { spec = {} } = service;
  const { type, ports } = spec;
  if (type === "ExternalName") return service;
  const address = addressOf(service, context);
  const hasNodePorts =
    type === "NodePort" || (type === "LoadBalancer" && spec.allocateLoadBalancerNodePorts !== false);
  return {
    ...service,
    spec: {
      ipFamilyPolicy: "SingleStack",
      ipFamilies: ["IPv4"],
      ...spec,
      clusterIP: address,
      clusterIPs: [address],
      ...(hasNodePorts && ports && { ports: ports.map((port) => withNodePort(port, context)) }),
    },
  };
}

function addressOf(service: Service, context: StrategyContext): string {
  const { clusterIP, clusterIPs } = service.spec ?? {};
  const wanted = clusterIP || clusterIPs?.[0] || "";
  if (wanted === NO_ADDRESS) return wanted;
  if (wanted === "") return context.allocateServiceAddress();
  if (context.isServiceAddressFree(wanted)) return wanted;
  const detail = `failed to allocate IP ${wanted}: the provided IP is not in the valid range or already allocated`;
  const problem = invalidValue("spec.clusterIPs", [wanted], detail);
  throw invalid({ group: "", kind: "Service" }, service.metadata.name, [problem]);
}

function withNodePort(port: ServicePort, context: StrategyContext): ServicePort {
  return port.nodePort ? port : { ...port, nodePort: context.allocateNodePort() };
}

/** A service that is written again without its addresses and node ports keeps them. */
function withKeptAddresses(service: Service, stored: Service): Service {
  const { spec = {} } = service;
  const { spec: old = {} } = stored;
  if (spec.type === "ExternalName" || old.type === "ExternalName") return service;
  const kept: ServiceSpec = {
    ...pick(old, ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort"]),
    ...spec,
  };
  const hasNodePorts = spec.type === "NodePort" || spec.type === "LoadBalancer";
  if (!hasNodePorts || !spec.ports) return { ...service, spec: kept };
  return { ...service, spec: { ...kept, ports: spec.ports.map((port) => withOldNodePort(port, old)) } };
}

function withOldNodePort(port: ServicePort, { ports = [] }: ServiceSpec): ServicePort {
  const old = ports.find((each) => each.port === port.port && each.protocol === port.protocol);
  return port.nodePort || !old?.nodePort ? port : { ...port, nodePort: old.nodePort };
}

function pick<T, K extends keyof T>(object: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(
    keys.flatMap((key) => (object[key] === undefined ? [] : [[key, object[key]]])),
  ) as Pick<T, K>;
}

function problems({ spec = {} }: Service, stored: Service | undefined): readonly FieldCause[] {
  const { ports = [], type, clusterIP } = spec;
  const isHeadless = clusterIP === NO_ADDRESS;
  const lacksPorts = ports.length === 0 && type !== "ExternalName" && !isHeadless;
  return [
    ...(lacksPorts ? [requiredValue("spec.ports")] : []),
    ...(type === "ExternalName" && !spec.externalName ? [requiredValue("spec.externalName")] : []),
    ...portProblems(ports),
    ...(stored ? addressProblems(spec, stored.spec ?? {}) : []),
  ];
}

function portProblems(ports: readonly ServicePort[]): readonly FieldCause[] {
  return ports.flatMap(({ name = "" }, index) => {
    const field = `spec.ports[${index}].name`;
    if (name === "") return ports.length > 1 ? [requiredValue(field)] : [];
    const isTaken = ports.findIndex((each) => each.name === name) < index;
    return isTaken ? [duplicateValue(field, name)] : [];
  });
}

function addressProblems(spec: ServiceSpec, old: ServiceSpec): readonly FieldCause[] {
  if (spec.type === "ExternalName" || old.type === "ExternalName") return [];
  if (isEqualJson(spec.clusterIPs ?? [], old.clusterIPs ?? []) && spec.clusterIP === old.clusterIP) return [];
  return [invalidValue("spec.clusterIPs[0]", spec.clusterIPs ?? null, "may not change once set")];
}
