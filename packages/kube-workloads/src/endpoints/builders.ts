import {
  controllerReference,
  type Endpoint,
  type EndpointAddress,
  type EndpointSlice,
  type EndpointSubset,
  type Endpoints,
  type ObjectReference,
  type Pod,
  type Service,
} from "@heliostat/kube";
import type { PortGroup, ServedPod } from "./addresses.ts";

/** Labels and values by which Kubernetes' own clients find endpoints. */
export const SERVICE_NAME_LABEL = "kubernetes.io/service-name";
export const SLICE_MANAGER_LABEL = "endpointslice.kubernetes.io/managed-by";
export const SLICE_MANAGER = "endpointslice-controller.k8s.io";
export const ENDPOINTS_MANAGER_LABEL = "endpoints.kubernetes.io/managed-by";
export const ENDPOINTS_MANAGER = "endpoint-controller";
const HEADLESS_LABEL = "service.kubernetes.io/headless";

const ENDPOINTS_A_SLICE = 100;
const HASH_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

/** The Endpoints object of a service. It bears the service's name and labels. */
export function endpointsOf(service: Service, groups: readonly PortGroup[]): Endpoints {
  const { name, namespace = "", labels } = service.metadata;
  const subsets = groups.flatMap((group) => subsetOf(service, group) ?? []);
  return {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: {
      name,
      namespace,
      labels: { ...labels, [ENDPOINTS_MANAGER_LABEL]: ENDPOINTS_MANAGER, ...headlessLabel(service) },
    },
    ...(subsets.length > 0 && { subsets }),
  };
}

/** The EndpointSlices of a service: one for each hundred pods that answer on the same ports. */
export function endpointSlicesOf(service: Service, groups: readonly PortGroup[]): readonly EndpointSlice[] {
  return groups.flatMap((group) =>
    chunksOf(group.pods, ENDPOINTS_A_SLICE).map((pods, index) => sliceOf(service, { ...group, pods }, index)),
  );
}

/** Pods on their way out are left out, unless the service wants unready ones as well. */
function subsetOf(service: Service, { ports, pods }: PortGroup): EndpointSubset | undefined {
  const present = pods.filter((pod) => !pod.isTerminating || service.spec?.publishNotReadyAddresses);
  if (present.length === 0) return undefined;
  const ready = present.filter(({ isReady }) => isReady).map((pod) => addressOf(service, pod));
  const notReady = present.filter(({ isReady }) => !isReady).map((pod) => addressOf(service, pod));
  return {
    ...(ready.length > 0 && { addresses: ready }),
    ...(notReady.length > 0 && { notReadyAddresses: notReady }),
    ...(ports.length > 0 && { ports: ports.map(withoutEmptyName) }),
  };
}

function addressOf(service: Service, { pod, ip }: ServedPod): EndpointAddress {
  return { ip, ...placeOf(service, pod), targetRef: referenceTo(pod) };
}

function sliceOf(service: Service, { ports, pods }: PortGroup, index: number): EndpointSlice {
  const { name, namespace = "", labels } = service.metadata;
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      // A function of what it holds, so that creating it twice is an AlreadyExists and not a second slice.
      name: `${name}-${shortHash(JSON.stringify([ports, index]))}`,
      namespace,
      labels: {
        ...labels,
        [SERVICE_NAME_LABEL]: name,
        [SLICE_MANAGER_LABEL]: SLICE_MANAGER,
        ...headlessLabel(service),
      },
      ownerReferences: [controllerReference(service)],
    },
    addressType: "IPv4",
    endpoints: pods.map((pod) => endpointOf(service, pod)),
    ...(ports.length > 0 && { ports }),
  };
}

function endpointOf(service: Service, served: ServedPod): Endpoint {
  const { pod, ip, isReady, isTerminating } = served;
  const isPublished = service.spec?.publishNotReadyAddresses === true;
  return {
    addresses: [ip],
    conditions: {
      ready: isReady && (!isTerminating || isPublished),
      serving: isReady,
      terminating: isTerminating,
    },
    ...placeOf(service, pod),
    targetRef: referenceTo(pod),
  };
}

/** A pod has a name of its own within its headless service when it asks for one. */
function placeOf(
  service: Service,
  { spec }: Pod,
): { readonly nodeName?: string; readonly hostname?: string } {
  const { nodeName, hostname, subdomain } = spec ?? {};
  return {
    ...(nodeName && { nodeName }),
    ...(hostname && subdomain === service.metadata.name && { hostname }),
  };
}

function referenceTo({ metadata }: Pod): ObjectReference {
  const { name, namespace = "", uid = "" } = metadata;
  return { kind: "Pod", name, namespace, uid };
}

function headlessLabel({ spec }: Service): Readonly<Record<string, string>> {
  return spec?.clusterIP === "None" ? { [HEADLESS_LABEL]: "" } : {};
}

function withoutEmptyName<P extends { readonly name?: string; readonly port?: number }>({
  name,
  port = 0,
  ...rest
}: P): Omit<P, "name" | "port"> & { readonly name?: string; readonly port: number } {
  return name ? { name, port, ...rest } : { port, ...rest };
}

function chunksOf<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** Five characters that can end a name (FNV-1a). */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return Array.from({ length: 5 }, (_, index) => {
    const digit = Math.floor(hash / HASH_ALPHABET.length ** index) % HASH_ALPHABET.length;
    return HASH_ALPHABET[digit];
  }).join("");
}
