import {
  type EndpointPort,
  isConditionTrue,
  isTerminating,
  type Pod,
  type Service,
  type ServicePort,
} from "@heliostat/kube";

/** One pod behind a service, with the state in which it is there. */
export interface ServedPod {
  readonly pod: Pod;
  readonly ip: string;
  readonly isReady: boolean;
  readonly isTerminating: boolean;
}

/** Pods that answer on the same ports. */
export interface PortGroup {
  readonly ports: readonly EndpointPort[];
  readonly pods: readonly ServedPod[];
}

/** The pods behind a service, by the ports on which they answer: named target ports may differ from pod to pod. */
export function portGroups(service: Service, pods: readonly Pod[]): readonly PortGroup[] {
  const groups = new Map<string, { ports: readonly EndpointPort[]; pods: ServedPod[] }>();
  for (const served of pods.flatMap((pod) => servedPod(service, pod) ?? [])) {
    const ports = portsOf(service, served.pod);
    if (ports.length === 0 && (service.spec?.ports ?? []).length > 0) continue;
    const group = groups.get(JSON.stringify(ports));
    if (group) group.pods.push(served);
    else groups.set(JSON.stringify(ports), { ports, pods: [served] });
  }
  return [...groups.entries()]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, { ports, pods: served }]) => ({ ports, pods: served.sort(byIp) }));
}

function servedPod({ spec }: Service, pod: Pod): ServedPod | undefined {
  const { podIP, phase, conditions } = pod.status ?? {};
  if (!podIP || phase === "Succeeded" || phase === "Failed") return undefined;
  const isReady = spec?.publishNotReadyAddresses === true || isConditionTrue(conditions, "Ready");
  return { pod, ip: podIP, isReady, isTerminating: isTerminating(pod) };
}

function portsOf({ spec }: Service, pod: Pod): readonly EndpointPort[] {
  return (spec?.ports ?? []).flatMap((servicePort) => {
    const { name = "", protocol = "TCP", appProtocol } = servicePort;
    const port = targetPort(servicePort, pod);
    return port === undefined ? [] : [{ name, port, protocol, ...(appProtocol && { appProtocol }) }];
  });
}

/** A name is looked up among the container's ports; without one the service's own number counts. */
function targetPort(
  { port, targetPort: target, protocol = "TCP" }: ServicePort,
  { spec }: Pod,
): number | undefined {
  if (typeof target !== "string") return target || port;
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  return [...(spec?.containers ?? []), ...sidecars]
    .flatMap(({ ports = [] }) => ports)
    .find((each) => each.name === target && (each.protocol ?? "TCP") === protocol)?.containerPort;
}

function byIp(left: ServedPod, right: ServedPod): number {
  return left.ip.localeCompare(right.ip, "en", { numeric: true });
}
