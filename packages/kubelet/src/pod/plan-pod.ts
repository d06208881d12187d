import { type ContainerRecord, isDone } from "./container-record.ts";

/** What the kubelet does next with a pod that has its sandbox. */
export interface PodPlan {
  /** Containers to start now. */
  readonly start: readonly string[];
  /** Plan again then, even if nothing happens. */
  readonly planAgainAtMs?: number;
  /** No container that matters will run again: stop the sidecars and close the pod. */
  readonly isFinished: boolean;
}

/**
 * Which containers may start. Init containers run one after the other, each to success; a sidecar lets the next one
 * begin as soon as it has started; the pod's own containers start together when all of them are through. Ephemeral ones wait for nobody.
 */
export function planPod(records: readonly ContainerRecord[], nowMs: number): PodPlan {
  const apps = records.filter(({ role }) => role === "app");
  if (apps.every(isDone) || records.some(hasFailedForGood)) return { start: [], isFinished: true };
  const regular = isInitialized(apps)
    ? records.filter(({ role }) => role === "sidecar" || role === "app")
    : initializing(records, apps);
  const eligible = [...regular, ...records.filter(({ role }) => role === "ephemeral")];
  const times = eligible.map(startTimeMs).filter((time) => time !== undefined);
  const later = times.filter((time) => time > nowMs);
  const start = eligible.filter((record) => isDue(startTimeMs(record), nowMs)).map(({ name }) => name);
  return { start, isFinished: false, ...(later.length > 0 ? { planAgainAtMs: Math.min(...later) } : {}) };
}

/** An init container that failed and is not tried again fails the pod. */
function hasFailedForGood(record: ContainerRecord): boolean {
  const { role, state } = record;
  return role === "init" && state.is === "ended" && state.exitCode !== 0 && isDone(record);
}

/** Once one of the pod's own containers has had its turn, the init containers are history. */
function isInitialized(apps: readonly ContainerRecord[]): boolean {
  return apps.some(({ state }) => state.is !== "waiting" || state.retryAtMs !== undefined);
}

/** The init containers up to the first that holds up the rest; everything when none does. */
function initializing(
  records: readonly ContainerRecord[],
  apps: readonly ContainerRecord[],
): readonly ContainerRecord[] {
  const inits = records.filter(({ role }) => role === "init" || role === "sidecar");
  const blocking = inits.findIndex((record) => !letsNextBegin(record));
  return blocking < 0 ? [...inits, ...apps] : inits.slice(0, blocking + 1);
}

function letsNextBegin({ role, state }: ContainerRecord): boolean {
  return role === "sidecar"
    ? state.is === "running" && state.hasStarted
    : state.is === "ended" && state.exitCode === 0;
}

/** When a container that does not run may start; absent when it runs or is done. */
function startTimeMs({ state }: ContainerRecord): number | undefined {
  if (state.is === "waiting") return state.retryAtMs ?? 0;
  return state.is === "ended" ? state.restartAtMs : undefined;
}

function isDue(timeMs: number | undefined, nowMs: number): boolean {
  return timeMs !== undefined && timeMs <= nowMs;
}
