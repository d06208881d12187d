import type {
  ContainerStateTerminated,
  ContainerStatus,
  ContainerState as KubeContainerState,
} from "@heliostat/kube";
import { timestamp } from "@heliostat/kube";
import { type ContainerRecord, type Ended, restartCount } from "./container-record.ts";

/** What of its pod shows in a container's status. */
export interface PodFacts {
  readonly pod: {
    readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid?: string };
    readonly spec?: { readonly initContainers?: readonly unknown[] };
  };
  /** An end is final: no back-off is shown for it. */
  readonly isStopping: boolean;
}

/** One line of `containerStatuses` or `initContainerStatuses`. */
export function containerStatus(record: ContainerRecord, facts: PodFacts): ContainerStatus {
  const { state, name, image, containerId, imageId } = record;
  const shown = shownState(record, facts);
  const last = shown.terminated ? record.lastEnd : lastEnd(record);
  return {
    name,
    image,
    imageID: imageId ?? "",
    ...(containerId === undefined ? {} : { containerID: containerId }),
    restartCount: restartCount(record),
    ready: isContainerReady(record),
    started: state.is === "running" && state.hasStarted,
    state: shown,
    lastState: last ? { terminated: terminated(last) } : {},
  };
}

/** Whether the container does what its pod's readiness asks of it: an init container is ready when it has succeeded. */
export function isContainerReady({ role, state }: ContainerRecord): boolean {
  if (role === "init") return state.is === "ended" && state.exitCode === 0;
  return state.is === "running" && state.isReady;
}

/** `back-off 10s restarting failed container=c pod=p_ns(uid)`, as `describe` and the operator's conditions show it. */
function backOffMessage(name: string, delayMs: number, { pod }: PodFacts): string {
  const { metadata } = pod;
  const podText = `${metadata.name}_${metadata.namespace}(${metadata.uid})`;
  return `back-off ${durationText(delayMs)} restarting failed container=${name} pod=${podText}`;
}

function shownState(record: ContainerRecord, facts: PodFacts): KubeContainerState {
  const { state, name } = record;
  switch (state.is) {
    case "waiting": {
      const { reason, message } = state;
      return { waiting: { reason, ...(message === undefined ? {} : { message }) } };
    }
    case "starting":
      return record.lastEnd && !facts.isStopping
        ? { terminated: terminated(record.lastEnd) }
        : { waiting: { reason: creatingReason(facts) } };
    case "running":
      return { running: { startedAt: timestamp(state.startedAtMs) } };
    case "ended": {
      const delayMs = (state.restartAtMs ?? 0) - state.endedAtMs;
      if (delayMs <= 0 || facts.isStopping) return { terminated: terminated(state) };
      return { waiting: { reason: "CrashLoopBackOff", message: backOffMessage(name, delayMs, facts) } };
    }
  }
}

/** The latest end that is not the present state. */
function lastEnd({ state, lastEnd: earlier }: ContainerRecord): Ended | undefined {
  return state.is === "ended" ? state : earlier;
}

function terminated(end: Ended): ContainerStateTerminated {
  return {
    exitCode: end.exitCode,
    ...(end.signal === undefined ? {} : { signal: end.signal }),
    reason: end.reason,
    ...(end.message === undefined ? {} : { message: end.message }),
    startedAt: timestamp(end.startedAtMs),
    finishedAt: timestamp(end.endedAtMs),
    ...(end.containerId === undefined ? {} : { containerID: end.containerId }),
  };
}

function creatingReason({ pod }: PodFacts): string {
  return (pod.spec?.initContainers?.length ?? 0) > 0 ? "PodInitializing" : "ContainerCreating";
}

/** `10s`, `1m20s`, `5m0s`: durations as Go prints them. */
function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
