import {
  type Container,
  type ContainerStatus,
  conditionOf,
  isConditionTrue,
  type Pod,
} from "@heliostat/kube";

/** What `kubectl get pods` says of a pod, in one word and three numbers. */
export interface PodState {
  /** `Running`, `Init:0/1`, `CrashLoopBackOff`, `Terminating`, … */
  readonly reason: string;
  readonly ready: number;
  readonly total: number;
  readonly restarts: number;
  /** When a container last ended before it was started again. */
  readonly lastRestart: string | undefined;
}

/** Kubernetes' printer's rules: the init container that holds the pod up, else its last troubled container. */
export function podState(pod: Pod): PodState {
  const sidecars = (pod.spec?.initContainers ?? []).filter(isSidecar);
  const init = initState(pod, sidecars);
  const isInitialized = init.reason === undefined || isConditionTrue(pod.status?.conditions, "Initialized");
  const main = isInitialized ? mainState(pod) : undefined;
  const statuses = pod.status?.initContainerStatuses ?? [];
  const counted = isInitialized
    ? [...statuses.filter(({ name }) => sidecars.some((each) => each.name === name)), ...mainStatuses(pod)]
    : statuses;
  return {
    reason: withDeletion(pod, main?.reason ?? init.reason ?? phaseReason(pod)),
    ready: init.ready + (main?.ready ?? 0),
    total: (pod.spec?.containers.length ?? 0) + sidecars.length,
    restarts: counted.reduce((sum, { restartCount }) => sum + restartCount, 0),
    lastRestart: lastRestartOf(counted),
  };
}

interface PartState {
  readonly reason: string | undefined;
  readonly ready: number;
}

function initState({ spec, status }: Pod, sidecars: readonly Container[]): PartState {
  const total = spec?.initContainers?.length ?? 0;
  let ready = 0;
  for (const [index, container] of (status?.initContainerStatuses ?? []).entries()) {
    if (container.state?.terminated?.exitCode === 0) continue;
    const isStartedSidecar =
      container.started === true && sidecars.some(({ name }) => name === container.name);
    if (!isStartedSidecar) return { reason: initReason(container, `${index}/${total}`), ready };
    if (container.ready) ready += 1;
  }
  return { reason: undefined, ready };
}

function initReason({ state }: ContainerStatus, progress: string): string {
  if (state?.terminated) return `Init:${endReason(state.terminated)}`;
  const waiting = state?.waiting?.reason;
  return waiting && waiting !== "PodInitializing" ? `Init:${waiting}` : `Init:${progress}`;
}

function mainState(pod: Pod): PartState {
  const statuses = mainStatuses(pod);
  const isRunning = ({ ready, state }: ContainerStatus): boolean => ready && state?.running !== undefined;
  const ready = statuses.filter(isRunning).length;
  const troubled = statuses.map(troubleOf).find((reason) => reason !== undefined);
  if (troubled !== "Completed" || ready === 0) return { reason: troubled, ready };
  return { reason: isConditionTrue(pod.status?.conditions, "Ready") ? "Running" : "NotReady", ready };
}

function mainStatuses({ status }: Pod): readonly ContainerStatus[] {
  return status?.containerStatuses ?? [];
}

function troubleOf({ state }: ContainerStatus): string | undefined {
  if (state?.waiting?.reason) return state.waiting.reason;
  return state?.terminated ? endReason(state.terminated) : undefined;
}

type Terminated = NonNullable<NonNullable<ContainerStatus["state"]>["terminated"]>;

function endReason({ reason, signal, exitCode }: Terminated): string {
  if (reason) return reason;
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

function phaseReason({ status }: Pod): string {
  const isGated = conditionOf(status?.conditions, "PodScheduled")?.reason === "SchedulingGated";
  return isGated ? "SchedulingGated" : status?.reason || status?.phase || "";
}

function withDeletion({ metadata, status }: Pod, reason: string): string {
  if (metadata.deletionTimestamp === undefined) return reason;
  if (status?.reason === "NodeLost") return "Unknown";
  return status?.phase === "Succeeded" || status?.phase === "Failed" ? reason : "Terminating";
}

function lastRestartOf(statuses: readonly ContainerStatus[]): string | undefined {
  const ends = statuses.flatMap(({ lastState }) => lastState?.terminated?.finishedAt ?? []);
  return ends.sort().at(-1);
}

function isSidecar({ restartPolicy }: Container): boolean {
  return restartPolicy === "Always";
}
