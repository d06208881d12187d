import {
  ENDPOINT_SLICE_COLUMNS,
  INGRESS_CLASS_COLUMNS,
  INGRESS_COLUMNS,
  NETWORK_POLICY_COLUMNS,
} from "../../table/network-columns.ts";
import { builtinResource } from "../builtin-resource.ts";
import type { ServedResource } from "../served-resource.ts";
import { COUNTED_STRATEGY, NETWORK_POLICY_STRATEGY } from "../strategies/configuration.ts";
import { INGRESS_STRATEGY } from "../strategies/workloads.ts";

export const NETWORK_RESOURCES: readonly ServedResource[] = [
  builtinResource({
    kind: "EndpointSlice",
    plural: "endpointslices",
    columns: ENDPOINT_SLICE_COLUMNS,
    strategy: COUNTED_STRATEGY,
  }),
  builtinResource({
    kind: "Ingress",
    plural: "ingresses",
    shortNames: ["ing"],
    subresources: ["status"],
    columns: INGRESS_COLUMNS,
    strategy: INGRESS_STRATEGY,
  }),
  builtinResource({
    kind: "IngressClass",
    plural: "ingressclasses",
    isClusterScoped: true,
    columns: INGRESS_CLASS_COLUMNS,
    strategy: COUNTED_STRATEGY,
  }),
  builtinResource({
    kind: "NetworkPolicy",
    plural: "networkpolicies",
    shortNames: ["netpol"],
    columns: NETWORK_POLICY_COLUMNS,
    strategy: NETWORK_POLICY_STRATEGY,
  }),
];
