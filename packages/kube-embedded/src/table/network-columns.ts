import type {
  EndpointSlice,
  EndpointSubset,
  Endpoints,
  Ingress,
  IngressClass,
  NetworkPolicy,
  Service,
  ServicePort,
} from "@heliostat/kube";
import type { Column } from "../registry/served-resource.ts";
import { AGE_COLUMN, labelsText, listText, NAME_COLUMN, NONE, textColumn, wide } from "./column.ts";

export const SERVICE_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<Service>("Type", ({ spec }) => spec?.type ?? ""),
  textColumn<Service>("Cluster-IP", ({ spec }) => spec?.clusterIP || NONE),
  textColumn<Service>("External-IP", externalAddress),
  textColumn<Service>("Port(s)", ({ spec }) => listText((spec?.ports ?? []).map(portText))),
  AGE_COLUMN,
  wide(textColumn<Service>("Selector", ({ spec }) => labelsText(spec?.selector))),
];

export const ENDPOINTS_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<Endpoints>("Endpoints", ({ subsets = [] }) => shortList(subsets.flatMap(subsetAddresses))),
  AGE_COLUMN,
];

export const ENDPOINT_SLICE_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<EndpointSlice>("AddressType", ({ addressType }) => addressType),
  textColumn<EndpointSlice>("Ports", ({ ports }) => {
    return ports?.length
      ? shortList(ports.map(({ port }) => (port === undefined ? "*" : String(port))))
      : "<unset>";
  }),
  textColumn<EndpointSlice>("Endpoints", ({ endpoints }) => {
    return endpoints?.length ? shortList(endpoints.flatMap(({ addresses }) => addresses)) : "<unset>";
  }),
  AGE_COLUMN,
];

export const INGRESS_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<Ingress>("Class", ({ spec }) => spec?.ingressClassName || NONE),
  textColumn<Ingress>("Hosts", ({ spec }) => {
    const hosts = (spec?.rules ?? []).flatMap(({ host }) => host ?? []);
    return hosts.length === 0 ? "*" : shortList(hosts);
  }),
  textColumn<Ingress>("Address", ({ status }) => {
    const points = status?.loadBalancer?.ingress ?? [];
    return points.map(({ ip, hostname }) => ip ?? hostname ?? "").join(",");
  }),
  textColumn<Ingress>("Ports", ({ spec }) => (spec?.tls?.length ? "80, 443" : "80")),
  AGE_COLUMN,
];

export const INGRESS_CLASS_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<IngressClass>("Controller", ({ spec }) => spec?.controller ?? ""),
  textColumn<IngressClass>("Parameters", ({ spec }) => {
    const { parameters } = spec ?? {};
    if (!parameters) return NONE;
    const { apiGroup, kind, name } = parameters;
    return `${kind}${apiGroup ? `.${apiGroup}` : ""}/${name}`;
  }),
  AGE_COLUMN,
];

export const NETWORK_POLICY_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<NetworkPolicy>("Pod-Selector", ({ spec }) => labelsText(spec?.podSelector?.matchLabels)),
  AGE_COLUMN,
];

const MOST_SHOWN = 3;

function shortList(items: readonly string[]): string {
  if (items.length <= MOST_SHOWN) return listText(items);
  return `${items.slice(0, MOST_SHOWN).join(",")} + ${items.length - MOST_SHOWN} more...`;
}

function subsetAddresses({ addresses = [], ports = [] }: EndpointSubset): readonly string[] {
  if (ports.length === 0) return addresses.map(({ ip }) => ip);
  return ports.flatMap(({ port }) => addresses.map(({ ip }) => `${ip}:${port}`));
}

function externalAddress({ spec, status }: Service): string {
  const { type, externalIPs = [], externalName } = spec ?? {};
  if (type === "ExternalName") return externalName ?? "";
  if (type !== "LoadBalancer") return listText(externalIPs);
  const points = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? "");
  const all = [...points, ...externalIPs];
  return all.length === 0 ? "<pending>" : all.join(",");
}

function portText({ port, nodePort, protocol = "TCP" }: ServicePort): string {
  return nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`;
}
