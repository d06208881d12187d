import {
  type FieldCause,
  isEqualJson,
  type Service,
  type ServicePort,
  type ServiceSpec,
} from "@heliostat/kube";
import { duplicateValue, forbiddenField, invalidValue, requiredValue } from "../../api/field-causes.ts";
import { invalid } from "../../api/refusals.ts";
import { labelProblems, nameDetails } from "../../api/validate-metadata.ts";
import type { ResourceStrategy, StrategyContext } from "../served-resource.ts";
import { portReferenceProblems } from "./port-names.ts";

export const SERVICE_STRATEGY: ResourceStrategy = {
  nameRule: "label1035",
  defaults: (object) => withDefaults(object as Service),
  prepareForCreate: (object, context) => newService(object as Service, context),
  prepareForUpdate: (object, stored, context) =>
    updatedService(object as Service, stored as Service, context),
  validate: (object, stored) => problems(object as Service, stored as Service | undefined),
};

const NO_ADDRESS = "None";

function withDefaults(service: Service): Service {
  const { spec = {} } = service;
  const { type = "ClusterIP", ports } = spec;
  const isReachable = type === "NodePort" || type === "LoadBalancer";
  const timeout = spec.sessionAffinity === "ClientIP" && !spec.sessionAffinityConfig;
  return {
    ...service,
    spec: {
      sessionAffinity: "None",
      ...(type !== "ExternalName" && { internalTrafficPolicy: "Cluster" }),
      ...(isReachable && { externalTrafficPolicy: "Cluster" }),
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
  if (service.spec?.type === "ExternalName") return service;
  assertNodePorts(service, context);
  return withAddress(service, addressOf(service, context), context);
}

function withAddress({ spec = {}, ...service }: Service, address: string, context: StrategyContext): Service {
  const { ports } = spec;
  return {
    ...service,
    spec: {
      ipFamilyPolicy: "SingleStack",
      ipFamilies: ["IPv4"],
      ...spec,
      clusterIP: address,
      clusterIPs: [address],
      ...(hasNodePorts(spec) && ports && { ports: ports.map((port) => withNodePort(port, context)) }),
    },
  };
}

function hasNodePorts({ type, allocateLoadBalancerNodePorts = true }: ServiceSpec): boolean {
  return type === "NodePort" || (type === "LoadBalancer" && allocateLoadBalancerNodePorts);
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

/** @throws KubeError `Invalid` when a new service asks for a node port that it cannot have */
function assertNodePorts({ metadata, spec = {} }: Service, context: StrategyContext): void {
  const problems = (spec.ports ?? []).flatMap(({ nodePort }, index) => {
    const why = nodePort && hasNodePorts(spec) ? context.nodePortProblem(nodePort) : undefined;
    return why === undefined ? [] : [invalidValue(`spec.ports[${index}].nodePort`, nodePort, why)];
  });
  if (problems.length > 0) throw invalid({ group: "", kind: "Service" }, metadata.name, problems);
}

/**
 * A service that is written again without its address and node ports keeps them. What its new type has no use for
 * goes, what its new type needs is allocated.
 */
function updatedService(service: Service, stored: Service, context: StrategyContext): Service {
  const { spec = {} } = service;
  const { spec: old = {} } = stored;
  if (spec.type === "ExternalName") return withoutAddress(service, old);
  const ports = spec.ports?.map((port) => withOldNodePort(port, old, hasNodePorts(spec)));
  const kept = { ...service, spec: { ...withoutOldPolicy(spec, old), ...(ports && { ports }) } };
  const { clusterIP = old.clusterIP, clusterIPs } = spec;
  if (!clusterIP) return withAddress(kept, addressOf(kept, context), context);
  const allocated = withAddress(kept, clusterIP, context);
  return clusterIPs ? { ...allocated, spec: { ...allocated.spec, clusterIPs } } : allocated;
}

/** Who is no longer reached from outside has no policy for that. */
function withoutOldPolicy(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  const { externalTrafficPolicy, ...rest } = spec;
  const isPlain = spec.type === "ClusterIP" && old.type !== "ClusterIP";
  return isPlain && externalTrafficPolicy === old.externalTrafficPolicy ? rest : spec;
}

function withoutAddress(service: Service, old: ServiceSpec): Service {
  if (old.type === "ExternalName") return service;
  const { clusterIP: _, clusterIPs: __, ipFamilies: ___, ipFamilyPolicy: ____, ...rest } = service.spec ?? {};
  return { ...service, spec: rest };
}

function withOldNodePort(port: ServicePort, { ports = [] }: ServiceSpec, isWanted: boolean): ServicePort {
  const old = ports.find((each) => each.port === port.port && each.protocol === port.protocol);
  if (isWanted) return port.nodePort || !old?.nodePort ? port : { ...port, nodePort: old.nodePort };
  const { nodePort, ...rest } = port;
  return nodePort === undefined || nodePort !== old?.nodePort ? port : rest;
}

function problems({ spec = {} }: Service, stored: Service | undefined): readonly FieldCause[] {
  const { ports = [], type = "ClusterIP", clusterIP, selector = {} } = spec;
  const isHeadless = clusterIP === NO_ADDRESS;
  const lacksPorts = ports.length === 0 && type !== "ExternalName" && !isHeadless;
  return [
    ...(lacksPorts ? [requiredValue("spec.ports")] : []),
    ...(type === "ExternalName" && !spec.externalName ? [requiredValue("spec.externalName")] : []),
    ...portProblems(ports),
    ...sharedNameProblems(ports),
    ...nodePortProblems(ports, type),
    ...(isHeadless && hasNodePorts(spec)
      ? [invalidValue("spec.clusterIPs[0]", NO_ADDRESS, `may not be set to 'None' for ${type} services`)]
      : []),
    ...labelProblems(selector, "spec.selector"),
    ...(stored ? addressProblems(spec, stored.spec ?? {}) : []),
  ];
}

function portProblems(ports: readonly ServicePort[]): readonly FieldCause[] {
  return ports.flatMap(({ name = "", targetPort = 1 }, index) => [
    ...portReferenceProblems(targetPort, `spec.ports[${index}].targetPort`),
    ...(name === "" ? [] : nameDetails(name, "label")).map((detail) =>
      invalidValue(`spec.ports[${index}].name`, name, detail),
    ),
  ]);
}

function sharedNameProblems(ports: readonly ServicePort[]): readonly FieldCause[] {
  return ports.flatMap(({ name = "" }, index) => {
    const field = `spec.ports[${index}].name`;
    if (name === "") return ports.length > 1 ? [requiredValue(field)] : [];
    const isTaken = ports.findIndex((each) => each.name === name) < index;
    return isTaken ? [duplicateValue(field, name)] : [];
  });
}

function nodePortProblems(ports: readonly ServicePort[], type: string): readonly FieldCause[] {
  if (type !== "ClusterIP") return [];
  return ports.flatMap(({ nodePort }, index) =>
    nodePort
      ? [forbiddenField(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'")]
      : [],
  );
}

function addressProblems(spec: ServiceSpec, old: ServiceSpec): readonly FieldCause[] {
  if (spec.type === "ExternalName" || old.type === "ExternalName") return [];
  if (isEqualJson(spec.clusterIPs ?? [], old.clusterIPs ?? []) && spec.clusterIP === old.clusterIP) return [];
  const isListOld = isEqualJson(spec.clusterIPs ?? [], old.clusterIPs ?? []);
  const wanted = isListOld ? [spec.clusterIP] : spec.clusterIPs;
  return [invalidValue("spec.clusterIPs[0]", wanted, "may not change once set")];
}
