import type { Event, Pod } from "@heliostat/kube";
import { groupOf, isAlive, isHead } from "../raycluster/pod-state.ts";
import { warnings } from "./pod-findings.ts";

/** Warnings of a kubelet that has not come as far as the containers; the pod's status is silent about them. */
const HOLD_UPS: ReadonlySet<string> = new Set(
  ["FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox"].map((reason) => `event ${reason}`),
);

/** What keeps a pod from its first container, by its events; the head goes before the workers. */
export function heldUp(pods: readonly Pod[], events: readonly Event[]): string | undefined {
  const waiting = pods.filter((pod) => isAlive(pod) && !hasBegun(pod));
  const sayings = [...waiting.filter(isHead), ...waiting.filter((pod) => !isHead(pod))].flatMap((pod) => {
    const own = events.filter(({ regarding }) => regarding?.uid === pod.metadata.uid);
    const [warning] = warnings(own).filter(({ about }) => HOLD_UPS.has(about));
    return warning ? [`${whoIs(pod)} cannot start its containers: ${warning.says}`] : [];
  });
  return sayings[0];
}

function whoIs(pod: Pod): string {
  const { name } = pod.metadata;
  return isHead(pod) ? `The head, pod ${name},` : `Worker ${name} of group ${groupOf(pod)}`;
}

function hasBegun({ status = {} }: Pod): boolean {
  const { initContainerStatuses = [], containerStatuses = [] } = status;
  return [...initContainerStatuses, ...containerStatuses].some(
    ({ state, restartCount }) => state?.running || state?.terminated || restartCount > 0,
  );
}
