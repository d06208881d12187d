import type { Pod, PodCondition } from "@heliostat/kube";
import type { ContainerRecord } from "./container-record.ts";
import { isContainerReady } from "./container-status.ts";
import type { PodPhase } from "./pod-phase.ts";

/** What a pod's conditions depend on. */
export interface ConditionsView {
  readonly pod: Pod;
  readonly records: readonly ContainerRecord[];
  readonly podIp?: string;
  readonly hasStopped: boolean;
}

type Verdict = Pick<PodCondition, "status" | "reason" | "message">;

const YES: Verdict = { status: "True" };

/** The conditions that are the kubelet's business, without their transition times. */
export function podConditions(view: ConditionsView, phase: PodPhase): readonly PodCondition[] {
  const { pod, podIp, hasStopped } = view;
  const containersReady = containersReadiness(view, phase);
  return [
    { type: "PodReadyToStartContainers", status: podIp !== undefined && !hasStopped ? "True" : "False" },
    { type: "Initialized", ...initialization(view, phase) },
    { type: "Ready", ...readiness(pod, containersReady) },
    { type: "ContainersReady", ...containersReady },
    { type: "PodScheduled", status: "True" },
  ];
}

function initialization({ records }: ConditionsView, phase: PodPhase): Verdict {
  if (phase === "Succeeded") return { status: "True", reason: "PodCompleted" };
  const haveAppsRun = records.some(({ role, state }) => role === "app" && state.is !== "waiting");
  if (haveAppsRun) return YES;
  const incomplete = records.filter((record) => !isInitComplete(record));
  if (incomplete.length === 0) return YES;
  return no("ContainersNotInitialized", `containers with incomplete status: ${names(incomplete)}`);
}

function isInitComplete(record: ContainerRecord): boolean {
  switch (record.role) {
    case "app":
      return true;
    case "init":
      return isContainerReady(record);
    case "sidecar":
      return record.state.is === "running" && record.state.hasStarted;
  }
}

function containersReadiness({ records }: ConditionsView, phase: PodPhase): Verdict {
  if (phase === "Succeeded") return { status: "False", reason: "PodCompleted" };
  if (phase === "Failed") return { status: "False", reason: "PodFailed" };
  const unready = records.filter((record) => record.role !== "init" && !isContainerReady(record));
  if (unready.length === 0) return YES;
  return no("ContainersNotReady", `containers with unready status: ${names(unready)}`);
}

/** Ready containers, and a `True` condition for every readiness gate. */
function readiness(pod: Pod, containersReady: Verdict): Verdict {
  if (containersReady.status !== "True") return containersReady;
  const problems = (pod.spec?.readinessGates ?? []).flatMap(({ conditionType }) =>
    gateProblems(pod, conditionType),
  );
  return problems.length === 0 ? YES : no("ReadinessGatesNotReady", problems.join(", "));
}

function gateProblems(pod: Pod, type: string): readonly string[] {
  const gate = pod.status?.conditions?.find((condition) => condition.type === type);
  if (gate === undefined)
    return [`corresponding condition of pod readiness gate ${JSON.stringify(type)} does not exist.`];
  if (gate.status === "True") return [];
  return [
    `the status of pod readiness gate ${JSON.stringify(type)} is not "True", but ${JSON.stringify(gate.status)}`,
  ];
}

function no(reason: string, message: string): Verdict {
  return { status: "False", reason, message };
}

/** `[a b]`: a list as Go prints it. */
function names(records: readonly ContainerRecord[]): string {
  return `[${records.map(({ name }) => name).join(" ")}]`;
}
