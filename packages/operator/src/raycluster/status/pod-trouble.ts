import { type ContainerState, type ContainerStatus, conditionOf, type Pod } from "@heliostat/kube";
import { CONDITION_REASON } from "@heliostat/ray";

/** What keeps a pod from being ready. */
export interface PodTrouble {
  /** Reason of the conditions that tell of it. */
  readonly reason: string;
  /** Reads on from the pod's name: `cannot be scheduled: 0/3 nodes are available`. */
  readonly says: string;
  /** Whether waiting alone will hardly mend it. */
  readonly isStuck: boolean;
}

/** Reasons for which a container waits because of its image (Kubernetes' kubelet). */
const IMAGE_REASONS: ReadonlySet<string> = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "ImageInspectError",
  "RegistryUnavailable",
  "SignatureValidationFailed",
]);

/** Reasons for which it waits because it cannot be made from its spec. */
const CONTAINER_REASONS: ReadonlySet<string> = new Set([
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
  "PostStartHookError",
]);

/** The most telling reason why a pod is not ready; `undefined` when it is. */
export function podTrouble(pod: Pod): PodTrouble | undefined {
  const ready = conditionOf(pod.status?.conditions, "Ready");
  if (ready?.status === "True") return undefined;
  return containerTrouble(pod) ?? schedulingTrouble(pod) ?? notReady(pod) ?? starting(pod);
}

/** Everything that the pod says about itself, one line a fact. */
export function podFacts({ metadata, status = {} }: Pod): readonly string[] {
  return [
    ...(metadata.deletionTimestamp ? [`is being deleted since ${metadata.deletionTimestamp}`] : []),
    `phase ${status.phase ?? "Pending"}${status.reason ? ` (${status.reason})` : ""}`,
    ...(status.conditions ?? [])
      .filter((condition) => condition.status !== "True")
      .map(({ type, status: is, ...words }) => `${type} is ${is}${inWords(words)}`),
    ...statusesOf(status).flatMap(({ name, state, restartCount = 0 }) => [
      ...(state?.waiting ? [`container ${name} waits${inWords(state.waiting)}`] : []),
      ...(state?.terminated ? [`container ${name} ${endOf(state)}`] : []),
      ...(restartCount > 0 ? [`container ${name} was started again ${restartCount} times`] : []),
    ]),
  ];
}

function containerTrouble({ status = {} }: Pod): PodTrouble | undefined {
  for (const container of statusesOf(status)) {
    const { reason = "", message } = container.state?.waiting ?? {};
    const words = `${reason}${message ? `: ${message}` : ""}`;
    const { name } = container;
    if (IMAGE_REASONS.has(reason)) return imageTrouble(container, words);
    if (CONTAINER_REASONS.has(reason)) {
      const says = `cannot start its container ${name}: ${words}`;
      return { reason: CONDITION_REASON.containerTrouble, says, isStuck: true };
    }
    if (reason === "CrashLoopBackOff") {
      const says = `starts its container ${name} again and again; it ${endOf(container.lastState)}`;
      return { reason: CONDITION_REASON.crashing, says, isStuck: true };
    }
  }
  return undefined;
}

function imageTrouble({ name, image }: ContainerStatus, words: string): PodTrouble {
  const says = `cannot pull the image ${image ? `${image} ` : ""}of its container ${name}: ${words}`;
  return { reason: CONDITION_REASON.imageTrouble, says, isStuck: true };
}

function schedulingTrouble({ status }: Pod): PodTrouble | undefined {
  const scheduled = conditionOf(status?.conditions, "PodScheduled");
  if (scheduled?.status !== "False") return undefined;
  const says = `cannot be scheduled: ${scheduled.message || scheduled.reason || "nobody says why"}`;
  return { reason: CONDITION_REASON.unschedulable, says, isStuck: true };
}

function notReady({ status }: Pod): PodTrouble | undefined {
  const ready = conditionOf(status?.conditions, "Ready");
  if (status?.phase !== "Running" || !ready) return undefined;
  const since = ready.lastTransitionTime ? ` since ${ready.lastTransitionTime}` : "";
  const says = `runs and has not been ready${since}${ready.message ? `: ${ready.message}` : ""}`;
  return { reason: CONDITION_REASON.headNotReady, says, isStuck: false };
}

function starting({ status }: Pod): PodTrouble {
  const waiting = statusesOf(status ?? {}).find(({ state }) => state?.waiting)?.state?.waiting?.reason;
  const says = `is ${status?.phase ?? "Pending"}${waiting ? `: ${waiting}` : ""}`;
  return { reason: CONDITION_REASON.starting, says, isStuck: false };
}

/** Init containers first: they run first. */
function statusesOf({
  initContainerStatuses = [],
  containerStatuses = [],
}: NonNullable<Pod["status"]>): readonly ContainerStatus[] {
  return [...initContainerStatuses, ...containerStatuses];
}

function endOf(state: ContainerState | undefined): string {
  const end = state?.terminated;
  if (!end) return "does not stay up";
  return `ended with exit code ${end.exitCode}${end.reason ? ` (${end.reason})` : ""}`;
}

function inWords({
  reason,
  message,
}: {
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}): string {
  return `${reason ? ` (${reason})` : ""}${message ? `: ${message}` : ""}`;
}
