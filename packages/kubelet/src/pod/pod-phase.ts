import type { ContainerRecord } from "./container-record.ts";

export type PodPhase = "Pending" | "Running" | "Succeeded" | "Failed";

/** What a pod's phase depends on. Init containers do not show: while they work, the pod's own have yet to start. */
export interface PhaseView {
  readonly records: readonly ContainerRecord[];
  readonly hasStopped: boolean;
  readonly failure?: unknown;
}

/** Where a pod is in its life (Kubernetes: the kubelet's `getPhase`). */
export function podPhase({ records, hasStopped, failure }: PhaseView): PodPhase {
  const apps = records.filter(({ role }) => role === "app");
  if (hasStopped) return failure === undefined && apps.every(hasSucceeded) ? "Succeeded" : "Failed";
  return apps.some(isYetToStart) ? "Pending" : "Running";
}

function isYetToStart({ state, lastEnd }: ContainerRecord): boolean {
  return (state.is === "waiting" || state.is === "starting") && lastEnd === undefined;
}

function hasSucceeded({ state }: ContainerRecord): boolean {
  return state.is === "ended" && state.exitCode === 0;
}
