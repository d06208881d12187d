import type { Container, ObjectMeta, Pod, PodSpec, PodStatus } from "@heliostat/kube";
import type { ContainerRecord, ContainerState } from "../pod/container-record.ts";
import { initialRecords } from "../pod/container-record.ts";

/** What a test says about its pod; the rest is a valid pod of one container. */
export interface PodWishes {
  readonly metadata?: Partial<ObjectMeta>;
  readonly spec?: Partial<PodSpec>;
  readonly status?: PodStatus;
}

export function aPod({ metadata, spec, status }: PodWishes = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "demo",
      namespace: "default",
      uid: "uid-1",
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...metadata,
    },
    spec: { nodeName: "laptop", containers: [aContainer()], ...spec },
    ...(status && { status }),
  };
}

export function aContainer(wishes: Partial<Container> = {}): Container {
  return { name: "main", image: "demo:1", command: ["run"], ...wishes };
}

/** The records of a pod with the states that the test gives, by container. */
export function recordsOf(
  pod: Pod,
  states: Readonly<Record<string, ContainerState>>,
): readonly ContainerRecord[] {
  return initialRecords(pod).map((record) => {
    const state = states[record.name];
    return state ? { ...record, state, runs: state.is === "waiting" ? 0 : 1 } : record;
  });
}

export function running(
  probed: { readonly hasStarted?: boolean; readonly isReady?: boolean } = {},
): ContainerState {
  return { is: "running", startedAtMs: 0, hasStarted: true, isReady: true, ...probed };
}

export function ended(exitCode: number, restartAtMs?: number): ContainerState {
  const reason = exitCode === 0 ? "Completed" : "Error";
  return {
    ...{ is: "ended", exitCode, reason, startedAtMs: 0, endedAtMs: 1000 },
    ...(restartAtMs !== undefined && { restartAtMs }),
  };
}
