import { isConditionTrue, type Pod } from "@heliostat/kube";
import type { Column } from "../registry/served-resource.ts";
import { AGE_COLUMN, NAME_COLUMN, NONE, textColumn, wide } from "./column.ts";
import { humanAge } from "./human-duration.ts";
import { podState } from "./pod-state.ts";

export const POD_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<Pod>("Ready", (pod) => {
    const { ready, total } = podState(pod);
    return `${ready}/${total}`;
  }),
  textColumn<Pod>("Status", (pod) => podState(pod).reason),
  textColumn<Pod>("Restarts", restartsText),
  AGE_COLUMN,
  wide(textColumn<Pod>("IP", ({ status }) => status?.podIP || NONE)),
  wide(textColumn<Pod>("Node", ({ spec }) => spec?.nodeName || NONE)),
  wide(textColumn<Pod>("Nominated Node", ({ status }) => status?.nominatedNodeName || NONE)),
  wide(textColumn<Pod>("Readiness Gates", gatesText)),
];

function restartsText(pod: Pod, nowMs: number): string {
  const { restarts, lastRestart } = podState(pod);
  return restarts > 0 && lastRestart ? `${restarts} (${humanAge(lastRestart, nowMs)} ago)` : String(restarts);
}

function gatesText({ spec, status }: Pod): string {
  const gates = spec?.readinessGates ?? [];
  if (gates.length === 0) return NONE;
  const open = gates.filter(({ conditionType }) => isConditionTrue(status?.conditions, conditionType));
  return `${open.length}/${gates.length}`;
}
