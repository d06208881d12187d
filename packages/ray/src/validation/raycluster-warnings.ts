import type { NetworkPolicyPort } from "@heliostat/kube";
import { shutDirections } from "../network/network-policies.ts";
import { autoscalerVersion, isAutoscaling } from "../raycluster/autoscaling.ts";
import { groupSize } from "../raycluster/defaults.ts";
import type { NetworkPolicyRules, RayCluster, RayClusterSpec } from "../raycluster/types.ts";
import { groupPath, placedGroups, problemsAmong } from "./rule.ts";
import type { SpecProblem } from "./spec-error.ts";

/**
 * What is allowed in a cluster's spec and seldom meant: worth an event, and no reason to stop. (Of these KubeRay tells
 * only of pods that restart under autoscaler v1.)
 */
export function rayClusterWarnings({ spec }: RayCluster): readonly SpecProblem[] {
  return [
    ...restarts(spec),
    ...unreadResources(spec),
    ...clampedReplicas(spec),
    ...silentAuth(spec),
    ...shutIn(spec),
  ];
}

function restarts(spec: RayClusterSpec): readonly SpecProblem[] {
  if (!isAutoscaling(spec) || autoscalerVersion(spec) !== "v1") return [];
  return (spec.workerGroupSpecs ?? []).flatMap(({ template }, index) => {
    const { restartPolicy = "" } = template.spec ?? {};
    return problemsAmong([
      [
        restartPolicy !== "" && restartPolicy !== "Never",
        `${groupPath(index)}.template.spec.restartPolicy`,
        `is "${restartPolicy}": a worker that the autoscaler stops would start again; use "Never"`,
      ],
    ]);
  });
}

function unreadResources(spec: RayClusterSpec): readonly SpecProblem[] {
  if (!isAutoscaling(spec)) return [];
  return placedGroups(spec).flatMap(({ group, at }) =>
    problemsAmong([
      [
        Object.keys(group.rayResources ?? {}).length > 0,
        `${at}.rayResources`,
        `is not read by Ray's autoscaler, which so may misjudge the size of a node; use "${at}.resources"`,
      ],
    ]),
  );
}

function clampedReplicas(spec: RayClusterSpec): readonly SpecProblem[] {
  return (spec.workerGroupSpecs ?? []).flatMap((group, index) => {
    const { replicas, minReplicas, maxReplicas } = groupSize(group);
    if (replicas === undefined || maxReplicas < minReplicas) return [];
    return problemsAmong([
      [
        replicas > maxReplicas,
        `${groupPath(index)}.replicas`,
        `is ${replicas}, but maxReplicas is ${maxReplicas}, and no more than that will run`,
      ],
    ]);
  });
}

function silentAuth({ authOptions }: RayClusterSpec): readonly SpecProblem[] {
  return problemsAmong([
    [
      authOptions !== undefined && authOptions.mode === undefined,
      "spec.authOptions.mode",
      'is left out, so that no client is asked for a token; set it to "token" or "disabled"',
    ],
  ]);
}

const DNS_PORT = 53;
/** Of the Kubernetes API: that of its service, and the one that servers usually have behind it. */
const API_PORTS: readonly number[] = [443, 6443];

/**
 * Pods that may reach nothing cannot find their head by name, and the cluster never starts; nor does the autoscaler
 * reach Kubernetes, and the cluster never grows.
 */
function shutIn({ networkPolicy: config, ...spec }: RayClusterSpec): readonly SpecProblem[] {
  if (!config || !shutDirections(config).includes("Egress")) return [];
  const rules: readonly [string, NetworkPolicyRules | undefined][] = [
    ["head", config.head],
    ["worker", config.worker],
    ...(config.workerGroups ?? []).map((group, index): [string, NetworkPolicyRules] => [
      `workerGroups[${index}]`,
      group,
    ]),
  ];
  const isNameless = ([, allowed]: (typeof rules)[number]) => !letsOut(allowed, [DNS_PORT]);
  return [
    ...rules.filter(isNameless).map(([at]) => ({
      field: `spec.networkPolicy.${at}.egressRules`,
      message: `lets no question to DNS out (port ${DNS_PORT}), without which pods do not find the head; add such a rule`,
    })),
    ...problemsAmong([
      [
        isAutoscaling(spec) && !letsOut(config.head, API_PORTS),
        "spec.networkPolicy.head.egressRules",
        `lets nothing out to the Kubernetes API (port ${API_PORTS.join(" or ")}), which the autoscaler asks; add such a rule`,
      ],
    ]),
  ];
}

function letsOut({ egressRules = [] }: NetworkPolicyRules = {}, wanted: readonly number[]): boolean {
  return egressRules.some(
    ({ ports = [] }) => ports.length === 0 || ports.some((port) => wanted.some((each) => isPort(port, each))),
  );
}

/** A port by name may be any. */
function isPort({ port, endPort }: NetworkPolicyPort, wanted: number): boolean {
  if (port === undefined || typeof port === "string") return true;
  return port <= wanted && wanted <= (endPort ?? port);
}
