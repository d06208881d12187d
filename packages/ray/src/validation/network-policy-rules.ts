import { isDns1123Label } from "@heliostat/kube";
import { shutDirections } from "../network/network-policies.ts";
import type { NetworkPolicyConfig, NetworkPolicyRules } from "../raycluster/types.ts";
import { type ClusterSubject, groupPath, problemsAmong } from "./rule.ts";
import type { SpecProblem } from "./spec-error.ts";

const POLICY = "spec.networkPolicy";

/** Rules open what the mode shuts, for groups that exist; and the groups' names become names of policies. */
export function networkPolicyRules({ spec }: ClusterSubject): readonly SpecProblem[] {
  const { networkPolicy: config, workerGroupSpecs = [] } = spec;
  if (!config) return [];
  const { head, worker, workerGroups = [] } = config;
  const names = workerGroupSpecs.map(({ groupName }) => groupName);
  return [
    ...openings(config, head, `${POLICY}.head`),
    ...openings(config, worker, `${POLICY}.worker`),
    ...workerGroups.flatMap((rules, index) => openings(config, rules, `${POLICY}.workerGroups[${index}]`)),
    ...names.flatMap((name, index) =>
      problemsAmong([
        [
          !isDns1123Label(name),
          `${groupPath(index)}.groupName`,
          `is part of a network policy's name, so it must be lower-case letters, digits and "-", but is "${name}"`,
        ],
      ]),
    ),
    ...workerGroups.flatMap(({ groupName }, index) =>
      problemsAmong([
        [
          !names.includes(groupName),
          `${POLICY}.workerGroups[${index}].groupName`,
          `is "${groupName}", but no worker group has that name; remove the entry or mend the name`,
        ],
      ]),
    ),
  ];
}

function openings(
  config: NetworkPolicyConfig,
  { ingressRules = [], egressRules = [] }: NetworkPolicyRules = {},
  at: string,
): readonly SpecProblem[] {
  const { mode } = config;
  const shut = shutDirections(config);
  return problemsAmong([
    [
      ingressRules.length > 0 && !shut.includes("Ingress"),
      `${at}.ingressRules`,
      `has no use with the mode "${mode}", which lets everything in; remove it or change the mode`,
    ],
    [
      egressRules.length > 0 && !shut.includes("Egress"),
      `${at}.egressRules`,
      `has no use with the mode "${mode}", which lets everything out; remove it or change the mode`,
    ],
  ]);
}
