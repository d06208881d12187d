import type { Pod, PodCondition, PodStatus } from "@heliostat/kube";
import { timestamp } from "@heliostat/kube";
import type { ContainerRecord } from "./container-record.ts";
import { containerStatus } from "./container-status.ts";
import { podConditions } from "./pod-conditions.ts";
import { podPhase } from "./pod-phase.ts";
import { qosClass } from "./qos-class.ts";

/** All that a pod's status is made from. */
export interface PodView {
  readonly pod: Pod;
  /** Init containers first, in the order of the spec. */
  readonly records: readonly ContainerRecord[];
  readonly hostIp: string;
  /** Absent until the pod has its sandbox. */
  readonly podIp?: string;
  /** When the kubelet first saw the pod. */
  readonly acceptedAtMs: number;
  /** Nothing will be started any more: an end is final whatever the restart policy says. */
  readonly isStopping: boolean;
  /** Nothing runs any more, and nothing will. */
  readonly hasStopped: boolean;
  /** Why the kubelet itself ended the pod, such as `DeadlineExceeded`. */
  readonly failure?: PodFailure;
  readonly nowMs: number;
  /** As last reported: a condition that stays keeps its transition time. */
  readonly conditionsBefore: readonly PodCondition[];
}

export interface PodFailure {
  readonly reason: string;
  readonly message: string;
}

/** The status of a pod as the kubelet reports it. Conditions that are not the kubelet's are not in it. */
export function podStatus(view: PodView): PodStatus {
  const { pod, records, hostIp, podIp, failure } = view;
  const inits = records.filter(({ role }) => role !== "app");
  const apps = records.filter(({ role }) => role === "app");
  const phase = podPhase(view);
  return {
    phase,
    ...(failure ?? {}),
    conditions: podConditions(view, phase).map((own) => dated(own, view)),
    hostIP: hostIp,
    hostIPs: [{ ip: hostIp }],
    ...(podIp === undefined ? {} : { podIP: podIp, podIPs: [{ ip: podIp }] }),
    startTime: pod.status?.startTime ?? timestamp(view.acceptedAtMs),
    ...(inits.length > 0
      ? { initContainerStatuses: inits.map((record) => containerStatus(record, view)) }
      : {}),
    containerStatuses: apps.map((record) => containerStatus(record, view)),
    qosClass: pod.status?.qosClass ?? qosClass(pod),
  };
}

/** With the moment at which the condition took its present status. */
function dated(condition: PodCondition, { conditionsBefore, nowMs }: PodView): PodCondition {
  const before = conditionsBefore.find(({ type }) => type === condition.type);
  const hasFlipped = before?.status !== condition.status;
  const since = hasFlipped ? undefined : before.lastTransitionTime;
  return { ...condition, lastTransitionTime: since ?? timestamp(nowMs) };
}
