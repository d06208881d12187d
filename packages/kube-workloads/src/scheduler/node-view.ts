import { type Amounts, type Node, type Pod, type PodAffinityTerm, summedAmounts } from "@heliostat/kube";
import { requestsOf } from "./requests.ts";

/** A node, and what is left of it. */
export interface NodeView {
  readonly node: Node;
  /** What the pods that are bound to it, or about to be, ask for. */
  readonly used: Amounts;
  readonly podCount: number;
  /** `TCP/8080` for each host port that is taken. */
  readonly hostPorts: ReadonlySet<string>;
  readonly pods: readonly Pod[];
  /** Those of them that keep others away. */
  readonly aloof: readonly Pod[];
}

/** A node as it is when the pods are on it as well. */
export function withPods(view: NodeView, pods: readonly Pod[]): NodeView {
  return {
    node: view.node,
    used: summedAmounts([view.used, ...pods.map(requestsOf)]),
    podCount: view.podCount + pods.length,
    hostPorts: new Set([...view.hostPorts, ...pods.flatMap(hostPortsOf)]),
    pods: [...view.pods, ...pods],
    aloof: [...view.aloof, ...pods.filter((pod) => requiredDistances(pod).length > 0)],
  };
}

/** A node as it is when these pods of it have gone. */
export function withoutPods(view: NodeView, gone: readonly Pod[]): NodeView {
  if (gone.length === 0) return view;
  return withPods(
    emptyNode(view.node),
    view.pods.filter((each) => !gone.includes(each)),
  );
}

/** A node with nothing on it. */
export function emptyNode(node: Node): NodeView {
  return { node, used: new Map(), podCount: 0, hostPorts: new Set(), pods: [], aloof: [] };
}

/** The terms by which a pod keeps others away. */
export function requiredDistances({ spec }: Pod): readonly PodAffinityTerm[] {
  return spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
}

/** The host ports that a pod claims, as `protocol/port`. */
export function hostPortsOf({ spec }: Pod): readonly string[] {
  return (spec?.containers ?? []).flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, protocol = "TCP" }) => (hostPort ? [`${protocol}/${hostPort}`] : [])),
  );
}
