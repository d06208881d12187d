import {
  type Endpoints,
  isConditionTrue,
  isTerminating,
  matchesLabels,
  type Pod,
  requirementsOf,
  type Service,
} from "@heliostat/kube";
import type { HostEntry } from "./runtime/container-runtime.ts";

/** All that names stand for, as it was a moment ago. */
export interface HostsView {
  readonly services: readonly Service[];
  readonly pods: readonly Pod[];
  /** For services that select no pods. */
  readonly endpoints: readonly Endpoints[];
  /** Where pods reach the API. */
  readonly apiServerHost: string;
}

/** The namespace whose services win where a short name is wanted by several. */
const FAVOURED_NAMESPACE = "default";
const CLUSTER_DOMAIN = "cluster.local";

/**
 * What stands in for the cluster's DNS: every service under its names, with the address of one pod behind it, and every
 * pod that has a name of its own below a service. There are no virtual addresses here, so a service is reached on the
 * port of its pods.
 */
export function hostEntries(view: HostsView): readonly HostEntry[] {
  const favoured = shortNameOwners(view.services);
  const api = { ip: view.apiServerHost, names: serviceNames("kubernetes", FAVOURED_NAMESPACE, true) };
  const services = view.services.filter((service) => !isApiService(service));
  return [
    api,
    ...services.flatMap((service) => serviceEntry(service, view, favoured)),
    ...view.pods.flatMap(namedPodEntry),
  ];
}

function serviceEntry(
  service: Service,
  view: HostsView,
  owners: ReadonlyMap<string, string>,
): readonly HostEntry[] {
  const { name, namespace = "" } = service.metadata;
  const pod = selectedPod(service, view.pods);
  const ip = service.spec?.selector ? pod?.status?.podIP : endpointIp(service, view.endpoints);
  if (ip === undefined) return [];
  return [{ ip, names: serviceNames(name, namespace, owners.get(name) === namespace), ...uidOf(pod) }];
}

function uidOf(pod: Pod | undefined): Pick<HostEntry, "podUid"> {
  const { uid } = pod?.metadata ?? {};
  return uid === undefined ? {} : { podUid: uid };
}

/** The oldest pod that the service may send to: the answer changes no more often than it has to. */
function selectedPod({ metadata, spec }: Service, pods: readonly Pod[]): Pod | undefined {
  if (!spec?.selector) return undefined;
  const requirements = requirementsOf({ matchLabels: spec.selector });
  const suitable = pods.filter(
    (pod) =>
      pod.metadata.namespace === metadata.namespace &&
      matchesLabels(requirements, pod.metadata.labels) &&
      isServing(pod, spec.publishNotReadyAddresses ?? false),
  );
  return [...suitable].sort(byAge)[0];
}

function isServing(pod: Pod, includesUnready: boolean): boolean {
  const { podIP, phase, conditions } = pod.status ?? {};
  if (!podIP || phase === "Succeeded" || phase === "Failed") return false;
  return includesUnready || (isConditionTrue(conditions, "Ready") && !isTerminating(pod));
}

function byAge(left: Pod, right: Pod): number {
  const [a, b] = [ageKey(left), ageKey(right)];
  return a < b ? -1 : Number(a > b);
}

/** One that is leaving comes last. */
function ageKey(pod: Pod): string {
  const { creationTimestamp = "", name } = pod.metadata;
  return `${isTerminating(pod) ? 1 : 0} ${creationTimestamp} ${name}`;
}

function endpointIp(service: Service, endpoints: readonly Endpoints[]): string | undefined {
  const { name, namespace } = service.metadata;
  const found = endpoints.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  const includesUnready = service.spec?.publishNotReadyAddresses ?? false;
  const addresses = (found?.subsets ?? []).flatMap((subset) => [
    ...(subset.addresses ?? []),
    ...(includesUnready ? (subset.notReadyAddresses ?? []) : []),
  ]);
  return addresses[0]?.ip;
}

/** `hostname.subdomain`: the name of a pod below a headless service, as stateful sets and job indices use it. */
function namedPodEntry(pod: Pod): readonly HostEntry[] {
  const { metadata, spec, status } = pod;
  if (!spec?.hostname || !spec.subdomain || !status?.podIP) return [];
  if (status.phase === "Succeeded" || status.phase === "Failed") return [];
  const name = `${spec.hostname}.${spec.subdomain}`;
  return [{ ip: status.podIP, names: serviceNames(name, metadata.namespace ?? "", false), ...uidOf(pod) }];
}

/** From the most particular to the shortest. */
function serviceNames(name: string, namespace: string, hasShortName: boolean): readonly string[] {
  return [
    `${name}.${namespace}.svc.${CLUSTER_DOMAIN}`,
    `${name}.${namespace}.svc`,
    `${name}.${namespace}`,
    ...(hasShortName ? [name] : []),
  ];
}

/**
 * Which namespace a bare service name means. In Kubernetes it means the asking pod's own; with one list for all pods it
 * can mean only one, and none where namespaces compete and `default` is not among them.
 */
function shortNameOwners(services: readonly Service[]): ReadonlyMap<string, string> {
  const claims = new Map<string, readonly string[]>();
  for (const { metadata } of services)
    claims.set(metadata.name, [...(claims.get(metadata.name) ?? []), metadata.namespace ?? ""]);
  return new Map(
    [...claims].flatMap(([name, namespaces]) => {
      const owner =
        namespaces.length === 1 ? namespaces[0] : namespaces.find((each) => each === FAVOURED_NAMESPACE);
      return owner === undefined ? [] : [[name, owner] as const];
    }),
  );
}

function isApiService({ metadata }: Service): boolean {
  return metadata.name === "kubernetes" && metadata.namespace === FAVOURED_NAMESPACE;
}
