import {
  type Condition,
  conditionOf,
  isEqualJson,
  type Node,
  type NodeCondition,
  type Taint,
  timestamp,
} from "@heliostat/kube";

/** How long a node may be silent before nobody counts on it (Kubernetes: `--node-monitor-grace-period`). */
export const NODE_GRACE_MS = 50_000;

/** The same for a node that has never said anything (Kubernetes: `--node-startup-grace-period`). */
export const STARTUP_GRACE_MS = 60_000;

/** What should be said of a node that we look at now. */
export interface NodeHealth {
  readonly conditions: readonly NodeCondition[];
  readonly taints: readonly Taint[];
}

/**
 * The conditions and taints of a node (Kubernetes: node lifecycle controller). Of a node that has been silent for too
 * long nothing is known any more; taints say to scheduler and eviction what the conditions say to people.
 */
export function nodeHealth(
  node: Node,
  { isSilent, nowMs }: { readonly isSilent: boolean; readonly nowMs: number },
): NodeHealth {
  const before = (node.status?.conditions ?? []) as readonly NodeCondition[];
  const conditions = isSilent ? unknownConditions(node, nowMs) : before;
  const wanted = wantedTaints({ ...node, status: { ...node.status, conditions } });
  const present = node.spec?.taints ?? [];
  const kept = present.filter((taint) => !isOurs(taint) || wanted.some((each) => isSame(each, taint)));
  const missing = wanted.filter((taint) => !present.some((each) => isSame(each, taint)));
  const timeAdded = timestamp(nowMs);
  const added = missing.map((taint) => (taint.effect === "NoExecute" ? { ...taint, timeAdded } : taint));
  return { conditions, taints: [...kept, ...added] };
}

/** Whether something has to be written. */
export function hasNewTaints({ spec }: Node, { taints }: NodeHealth): boolean {
  return !isEqualJson(spec?.taints ?? [], taints);
}

/** What kubelets say of their nodes. */
const REPORTED: readonly string[] = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

/** What is not known any more, and what never was. */
function unknownConditions({ metadata, status }: Node, nowMs: number): readonly NodeCondition[] {
  const before = (status?.conditions ?? []) as readonly NodeCondition[];
  const lastTransitionTime = timestamp(nowMs);
  const stopped = { reason: "NodeStatusUnknown", message: "Kubelet stopped posting node status." };
  const never = { reason: "NodeStatusNeverUpdated", message: "Kubelet never posted node status." };
  const missing = REPORTED.filter((type) => !before.some((each) => each.type === type));
  const lastHeartbeatTime = metadata.creationTimestamp ?? lastTransitionTime;
  return [
    ...before.map((each) =>
      REPORTED.includes(each.type) && each.status !== "Unknown"
        ? { ...each, status: "Unknown", ...stopped, lastTransitionTime }
        : each,
    ),
    ...missing.map((type) => ({ type, status: "Unknown", ...never, lastHeartbeatTime, lastTransitionTime })),
  ];
}

const NOT_READY = "node.kubernetes.io/not-ready";
const UNREACHABLE = "node.kubernetes.io/unreachable";
const UNSCHEDULABLE = "node.kubernetes.io/unschedulable";

/** Conditions under which a node gets no more pods, and the taints that say so. */
const PRESSURES: readonly (readonly [condition: string, taint: string])[] = [
  ["MemoryPressure", "node.kubernetes.io/memory-pressure"],
  ["DiskPressure", "node.kubernetes.io/disk-pressure"],
  ["PIDPressure", "node.kubernetes.io/pid-pressure"],
  ["NetworkUnavailable", "node.kubernetes.io/network-unavailable"],
];

const OURS: ReadonlySet<string> = new Set([
  ...[NOT_READY, UNREACHABLE, UNSCHEDULABLE],
  ...PRESSURES.map(([, taint]) => taint),
]);

function isOurs({ key }: Taint): boolean {
  return OURS.has(key);
}

function isSame(left: Taint, right: Taint): boolean {
  return left.key === right.key && left.effect === right.effect;
}

function wantedTaints({ spec, status }: Node): readonly Taint[] {
  const conditions = (status?.conditions ?? []) as readonly Condition[];
  const pressing = PRESSURES.filter(([type]) => conditionOf(conditions, type)?.status === "True");
  return [
    ...absence(conditionOf(conditions, "Ready")?.status),
    ...pressing.map(([, key]) => ({ key, effect: "NoSchedule" })),
    ...(spec?.unschedulable === true ? [{ key: UNSCHEDULABLE, effect: "NoSchedule" }] : []),
  ];
}

/** A node of which nobody has said yet whether it is ready is left alone. */
function absence(ready: string | undefined): readonly Taint[] {
  if (ready === undefined || ready === "True") return [];
  const key = ready === "False" ? NOT_READY : UNREACHABLE;
  return [
    { key, effect: "NoSchedule" },
    { key, effect: "NoExecute" },
  ];
}
