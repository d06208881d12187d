import { conditionOf, type Node, type Pod, type Taint, type Toleration } from "@heliostat/kube";

/** The first taint that keeps the pod off the node, if any does. */
export function untoleratedTaint({ spec }: Pod, node: Node): Taint | undefined {
  const tolerations = spec?.tolerations ?? [];
  return taintsOf(node)
    .filter(({ effect }) => effect === "NoSchedule" || effect === "NoExecute")
    .find((taint) => !tolerations.some((toleration) => tolerates(toleration, taint)));
}

/** Whether the node would rather not have the pod (effect `PreferNoSchedule`). */
export function hasDisliked({ spec }: Pod, node: Node): boolean {
  const tolerations = spec?.tolerations ?? [];
  return taintsOf(node)
    .filter(({ effect }) => effect === "PreferNoSchedule")
    .some((taint) => !tolerations.some((toleration) => tolerates(toleration, taint)));
}

/** A node that says it is not ready counts as tainted before its taint is there. */
function taintsOf({ spec, status }: Node): readonly Taint[] {
  const taints = spec?.taints ?? [];
  const ready = conditionOf(status?.conditions, "Ready");
  if (!ready || ready.status === "True") return taints;
  const key = ready.status === "False" ? "not-ready" : "unreachable";
  return [...taints, { key: `node.kubernetes.io/${key}`, effect: "NoSchedule" }];
}

/** Whether a toleration means the taint. An empty effect or key (with `Exists`) tolerates all of them. */
export function tolerates(
  { key, operator = "Equal", value = "", effect }: Toleration,
  taint: Taint,
): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  if (operator === "Exists") return true;
  return Boolean(key) && value === (taint.value ?? "");
}
