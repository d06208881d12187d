import type { Container, Pod, ResourceFieldSelector } from "@heliostat/kube";
import { parseQuantity } from "@heliostat/kube";

/** What a pod may be told about itself. */
export interface DownwardFacts {
  readonly pod: Pod;
  readonly nodeName: string;
  readonly hostIp: string;
  readonly podIp: string;
  /** What the node offers: stands in for limits that a container does not set. */
  readonly allocatable: Readonly<Record<string, string | number>>;
}

type StringMap = Readonly<Record<string, string>>;

const MAP_ENTRY = /^metadata\.(labels|annotations)\['(.+)'\]$/;

/**
 * The text of one field of the pod (`fieldRef`).
 *
 * @throws Error for a path that Kubernetes does not offer
 */
export function fieldText(facts: DownwardFacts, fieldPath: string): string {
  const { metadata } = facts.pod;
  const entry = MAP_ENTRY.exec(fieldPath);
  if (entry) return metadata[entry[1] === "labels" ? "labels" : "annotations"]?.[entry[2] ?? ""] ?? "";
  switch (fieldPath) {
    case "metadata.name":
      return metadata.name;
    case "metadata.namespace":
      return metadata.namespace ?? "";
    case "metadata.uid":
      return metadata.uid ?? "";
    case "metadata.labels":
      return mapText(metadata.labels ?? {});
    case "metadata.annotations":
      return mapText(metadata.annotations ?? {});
    default:
      return placeText(facts, fieldPath);
  }
}

/**
 * A container's request or limit, counted in units of the divisor and rounded up (`resourceFieldRef`). A limit that is
 * not set is what the node can give.
 *
 * @throws Error for an unknown container or resource
 */
export function resourceText(
  facts: DownwardFacts,
  selector: ResourceFieldSelector,
  ownContainer?: string,
): string {
  const { resource, containerName = ownContainer, divisor } = selector;
  const [kind, name] = [resource.slice(0, resource.indexOf(".")), resource.slice(resource.indexOf(".") + 1)];
  if (kind !== "limits" && kind !== "requests")
    throw new Error(`unsupported container resource : ${resource}`);
  const container = containerNamed(facts.pod, containerName);
  const given = container.resources?.[kind]?.[name] ?? (kind === "limits" ? facts.allocatable[name] : 0);
  return String(unitsOf(parseQuantity(given ?? 0) ?? 0, divisorOf(divisor)));
}

/** Where the pod runs and as whom. */
function placeText({ pod, nodeName, hostIp, podIp }: DownwardFacts, fieldPath: string): string {
  switch (fieldPath) {
    case "spec.nodeName":
      return nodeName;
    case "spec.serviceAccountName":
      return pod.spec?.serviceAccountName ?? "default";
    case "status.hostIP":
    case "status.hostIPs":
      return hostIp;
    case "status.podIP":
    case "status.podIPs":
      return podIp;
    default:
      throw new Error(`unsupported fieldPath: ${fieldPath}`);
  }
}

/** `key="value"` lines in the order of the keys. */
function mapText(map: StringMap): string {
  return Object.keys(map)
    .sort()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join("\n");
}

function containerNamed(pod: Pod, name: string | undefined): Container {
  const all = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const found = all.find((container) => container.name === name);
  if (!found) throw new Error(`container ${name ?? '""'} not found`);
  return found;
}

/** The API stores an absent divisor as `0`. */
function divisorOf(divisor: string | number | undefined): number {
  const value = parseQuantity(divisor ?? 1) ?? 1;
  return value === 0 ? 1 : value;
}

/** Rounded up, but not for what floating point adds: `1100m` in units of `1m` is 1100. */
function unitsOf(value: number, divisor: number): number {
  return Math.ceil(Number((value / divisor).toPrecision(15)));
}
