import type {
  NetworkPolicy,
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from "@heliostat/kube";
import { networkPolicyName } from "../names/cluster-names.ts";
import { clusterLabels, ownedMetadata } from "../raycluster/owned-metadata.ts";
import type { NetworkPolicyConfig, NetworkPolicyRules, RayCluster } from "../raycluster/types.ts";
import { HEAD_GROUP, LABEL, NODE_TYPE } from "../vocabulary/labels.ts";
import { dashboardListenPort } from "./dashboard-port.ts";

/**
 * What shuts a cluster's pods off, as KubeRay makes it: one policy for the head and one for each worker group; none
 * when the spec asks for none. Pods of the cluster always reach each other on every port; all else is the user's rules.
 *
 * Nothing more is let through, so a cluster whose pods may not leave needs a rule of the user's for DNS, and one for
 * the operator where that asks the dashboard.
 */
export function networkPolicies(cluster: RayCluster): readonly NetworkPolicy[] {
  const { networkPolicy: config, workerGroupSpecs = [] } = cluster.spec;
  if (!config) return [];
  return [
    policy(cluster, HEAD_GROUP, config),
    ...workerGroupSpecs.map(({ groupName }) => policy(cluster, groupName, config)),
  ];
}

/** The directions that a policy shuts, by its mode; none for a mode that the API would have refused. */
export function shutDirections({ mode = "DenyAll" }: NetworkPolicyConfig): readonly Direction[] {
  return SHUT_DIRECTIONS[mode] ?? [];
}

type Direction = "Ingress" | "Egress";

const SHUT_DIRECTIONS: Readonly<Record<string, readonly Direction[]>> = {
  DenyAll: ["Ingress", "Egress"],
  DenyAllIngress: ["Ingress"],
  DenyAllEgress: ["Egress"],
};

function policy(cluster: RayCluster, group: string, config: NetworkPolicyConfig): NetworkPolicy {
  const policyTypes = shutDirections(config);
  const { ingressRules = [], egressRules = [] } = rulesOf(config, group);
  const ours = [clusterPods(cluster)];
  const submitter = group === HEAD_GROUP ? submitterRules(cluster) : [];
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: ownedMetadata(cluster, networkPolicyName(cluster, group), {
      ...clusterLabels(cluster),
      [LABEL.group]: group,
    }),
    spec: {
      podSelector: { matchLabels: podLabels(cluster, group) },
      policyTypes,
      ...(policyTypes.includes("Ingress") && {
        ingress: [{ from: ours }, ...submitter, ...ingressRules.map(withProtocols)],
      }),
      ...(policyTypes.includes("Egress") && { egress: [{ to: ours }, ...egressRules.map(withProtocols)] }),
    } satisfies NetworkPolicySpec,
  };
}

/** What the user lets through; the rules of one worker group stand in place of those of all workers. */
function rulesOf(
  { head, worker, workerGroups = [] }: NetworkPolicyConfig,
  group: string,
): NetworkPolicyRules {
  if (group === HEAD_GROUP) return head ?? {};
  return workerGroups.find(({ groupName }) => groupName === group) ?? worker ?? {};
}

function podLabels({ metadata }: RayCluster, group: string): Readonly<Record<string, string>> {
  return group === HEAD_GROUP
    ? { [LABEL.cluster]: metadata.name, [LABEL.nodeType]: NODE_TYPE.head }
    : { [LABEL.cluster]: metadata.name, [LABEL.nodeType]: NODE_TYPE.worker, [LABEL.group]: group };
}

function clusterPods({ metadata }: RayCluster): NetworkPolicyPeer {
  return { podSelector: { matchLabels: { [LABEL.cluster]: metadata.name } } };
}

/** A RayJob's submitter runs in a pod of its own beside the cluster, and talks to the dashboard. */
function submitterRules(cluster: RayCluster): readonly NetworkPolicyIngressRule[] {
  const { labels = {}, ownerReferences = [] } = cluster.metadata;
  const owner = ownerReferences.find(({ kind, controller }) => kind === "RayJob" && controller === true);
  if (!owner || labels[LABEL.submissionMode] !== "K8sJobMode") return [];
  const matchLabels = { [LABEL.originatedFromName]: owner.name, [LABEL.originatedFromKind]: "RayJob" };
  const ports = [{ protocol: "TCP", port: dashboardListenPort(cluster) }];
  return [{ from: [{ podSelector: { matchLabels } }], ports }];
}

/** The rule with the protocol written out that the API would fill in, so that what is there compares equal. */
function withProtocols<Rule extends NetworkPolicyIngressRule | NetworkPolicyEgressRule>(rule: Rule): Rule {
  const named = (port: NetworkPolicyPort): NetworkPolicyPort => ({ protocol: "TCP", ...port });
  return rule.ports ? { ...rule, ports: rule.ports.map(named) } : rule;
}
