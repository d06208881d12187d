import type { Container, ContainerStatus, Pod } from "@heliostat/kube";
import {
  type BackOff,
  isRestarted,
  type RestartPolicy,
  raisedBackOff,
  restartAtMs,
} from "./restart-policy.ts";

/** All that the kubelet remembers of one container of one pod: plain data, replaced at each transition. */
export interface ContainerRecord {
  readonly name: string;
  readonly image: string;
  readonly role: ContainerRole;
  readonly restartPolicy: RestartPolicy;
  readonly state: ContainerState;
  /** How often it has been started. */
  readonly runs: number;
  /** The end of the run before the present one. */
  readonly lastEnd?: Ended;
  readonly backOff?: BackOff;
  /** Of the present or the latest run. */
  readonly containerId?: string;
  readonly imageId?: string;
}

/**
 * `sidecar`: an init container that is restarted always and runs as long as the pod does. `ephemeral`: added to a pod that
 * runs (`kubectl debug`), run once, and nothing waits for it.
 */
type ContainerRole = "init" | "sidecar" | "app" | "ephemeral";

export type ContainerState =
  | Waiting
  /** Asked of the runtime, and not answered yet. */
  | { readonly is: "starting" }
  | Running
  | Ended;

export interface Waiting {
  readonly is: "waiting";
  /** Kubernetes' word: `ContainerCreating`, `PodInitializing`, `ImagePullBackOff`, `CreateContainerConfigError`. */
  readonly reason: string;
  readonly message?: string;
  /** Not to be started before. @default at once, when its turn comes */
  readonly retryAtMs?: number;
}

export interface Running {
  readonly is: "running";
  readonly startedAtMs: number;
  /** Its startup probe has succeeded, or it has none. */
  readonly hasStarted: boolean;
  /** Its readiness probe succeeds, or it has none and has started. */
  readonly isReady: boolean;
}

export interface Ended {
  readonly is: "ended";
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason: string;
  readonly message?: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly containerId?: string;
  /** When it is to start again; absent when it is not. */
  readonly restartAtMs?: number;
}

/** What is known of an end when it comes. */
export interface ContainerEnd {
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason: string;
  readonly message?: string;
  readonly atMs: number;
}

/**
 * A record for every container of a pod, init containers first, in the order of the spec. What the pod's status says of
 * earlier runs is taken over: a kubelet that starts anew finds every container ended, as after a reboot.
 */
export function initialRecords(pod: Pod): readonly ContainerRecord[] {
  const { initContainers = [], containers = [], restartPolicy } = pod.spec ?? { containers: [] };
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const policy = (restartPolicy ?? "Always") as RestartPolicy;
  const reason = initContainers.length > 0 ? "PodInitializing" : "ContainerCreating";
  const initial = (container: Container, role: ContainerRole, own: RestartPolicy): ContainerRecord => ({
    name: container.name,
    image: container.image ?? "",
    role,
    restartPolicy: own,
    state: { is: "waiting", reason },
    runs: earlierRuns(statuses.find(({ name }) => name === container.name)),
  });
  return [
    ...initContainers.map((container) =>
      container.restartPolicy === "Always"
        ? initial(container, "sidecar", "Always")
        : initial(container, "init", policy === "Never" ? "Never" : "OnFailure"),
    ),
    ...containers.map((container) => initial(container, "app", policy)),
  ];
}

/** A record for a container that somebody has added to the pod. */
export function ephemeralRecord({ name, image = "" }: Pick<Container, "name" | "image">): ContainerRecord {
  const state = { is: "waiting", reason: "ContainerCreating" } as const;
  return { name, image, role: "ephemeral", restartPolicy: "Never", state, runs: 0 };
}

/** The container's turn has come. */
export function startingRecord(record: ContainerRecord, nowMs: number): ContainerRecord {
  const { state } = record;
  if (state.is !== "ended") return { ...record, state: { is: "starting" } };
  const backOff = raisedBackOff(record.backOff, state.endedAtMs, nowMs);
  return { ...record, state: { is: "starting" }, lastEnd: state, backOff };
}

/** It cannot start yet, and why. */
export function waitingRecord(record: ContainerRecord, waiting: Omit<Waiting, "is">): ContainerRecord {
  return { ...record, state: { is: "waiting", ...waiting } };
}

/** A new run has begun. */
export function runningRecord(
  record: ContainerRecord,
  run: { readonly containerId: string; readonly imageId: string; readonly startedAtMs: number },
): ContainerRecord {
  const { containerId, imageId, startedAtMs } = run;
  const state: Running = { is: "running", startedAtMs, hasStarted: false, isReady: false };
  return { ...record, state, containerId, imageId, runs: record.runs + 1 };
}

/** What its probes say, while it runs. */
export function probedRecord(
  record: ContainerRecord,
  probed: Partial<Pick<Running, "hasStarted" | "isReady">>,
): ContainerRecord {
  return record.state.is === "running" ? { ...record, state: { ...record.state, ...probed } } : record;
}

/** The run is over, or, from `starting`, could not begin. */
export function endedRecord(record: ContainerRecord, end: ContainerEnd): ContainerRecord {
  const { atMs, ...how } = end;
  const hasRun = record.state.is === "running";
  const startedAtMs = record.state.is === "running" ? record.state.startedAtMs : atMs;
  const state: Ended = {
    is: "ended",
    ...how,
    startedAtMs,
    endedAtMs: atMs,
    ...(record.containerId === undefined ? {} : { containerId: record.containerId }),
    ...(isRestarted(record.restartPolicy, end.exitCode)
      ? { restartAtMs: restartAtMs(record.backOff, atMs) }
      : {}),
  };
  return { ...record, state, runs: hasRun ? record.runs : record.runs + 1 };
}

/** How often it has been started again. */
export function restartCount({ runs }: ContainerRecord): number {
  return Math.max(0, runs - 1);
}

/** Whether it has done all that it ever will. */
export function isDone({ state }: ContainerRecord): boolean {
  return state.is === "ended" && state.restartAtMs === undefined;
}

function earlierRuns(status: ContainerStatus | undefined): number {
  return status?.containerID === undefined ? 0 : status.restartCount + 1;
}
