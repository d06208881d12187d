import { type ContainerStatus, conditionOf, type Event, isTerminating, type Pod } from "@heliostat/kube";
import { isReady } from "../raycluster/pod-state.ts";
import { podTrouble } from "../raycluster/status/pod-trouble.ts";
import type { Finding } from "./finding.ts";

/** What a pod, its containers and its events say about why it is not ready. */
export function podFinding(pod: Pod, events: readonly Event[]): Finding {
  const { name, namespace, uid } = pod.metadata;
  const isTrouble = !isReady(pod) && !isTerminating(pod);
  const own = events.filter(({ regarding }) => regarding?.uid === uid);
  return {
    about: `Pod ${namespace}/${name}`,
    says: standing(pod),
    isTrouble,
    because: isTrouble ? [...scheduling(pod), ...containers(pod), ...warnings(own)] : [],
  };
}

/** The warnings among these events, the newest of each reason, newest first. */
export function warnings(events: readonly Event[]): readonly Finding[] {
  const newestFirst = events
    .filter(({ type }) => type === "Warning")
    .sort((a, b) => lastSeen(b).localeCompare(lastSeen(a)));
  const reasons = new Map(newestFirst.toReversed().map((event) => [event.reason ?? "", event]));
  return [...reasons.values()]
    .sort((a, b) => lastSeen(b).localeCompare(lastSeen(a)))
    .map((event) => ({
      about: `event ${event.reason}`,
      says: `${event.note ?? ""} (${timesOf(event)}last at ${lastSeen(event)})`,
      isTrouble: true,
      because: [],
    }));
}

function standing(pod: Pod): string {
  const { deletionTimestamp } = pod.metadata;
  if (deletionTimestamp) return `is being deleted since ${deletionTimestamp}`;
  return podTrouble(pod)?.says ?? "is ready";
}

function scheduling(pod: Pod): readonly Finding[] {
  const condition = conditionOf(pod.status?.conditions, "PodScheduled");
  if (condition?.status !== "False") return [];
  const says = `${condition.reason}: ${condition.message}`;
  return [{ about: "condition PodScheduled", says, isTrouble: true, because: [] }];
}

/** Init containers first: the others do not start before they have ended. */
function containers({ status }: Pod): readonly Finding[] {
  const inits = (status?.initContainerStatuses ?? []).filter(({ ready }) => !ready);
  const mains = (status?.containerStatuses ?? []).filter(({ ready }) => !ready);
  const [running] = inits.filter(({ state }) => state?.running);
  if (running) return [container("init container", running, "has not finished")];
  return [
    ...inits.map((each) => container("init container", each, "has not finished")),
    ...mains.map((each) => container("container", each, "runs, but its readiness probe fails")),
  ];
}

function container(role: string, status: ContainerStatus, whenRunning: string): Finding {
  const { waiting, terminated, running } = status.state ?? {};
  const { restartCount } = status;
  const restarts = restartCount > 0 ? `, restarted ${restartCount} times` : "";
  const last = status.lastState?.terminated;
  const lastExit = last ? `, last exit code ${last.exitCode}${last.reason ? ` (${last.reason})` : ""}` : "";
  return {
    about: `${role} ${status.name}`,
    says: `${stateText()}${restarts}${lastExit}`,
    isTrouble: true,
    because: [],
  };

  function stateText(): string {
    if (waiting) return `waits: ${[waiting.reason, waiting.message].filter(Boolean).join(": ")}`;
    if (terminated) {
      const { exitCode, reason, message } = terminated;
      return `ended with exit code ${exitCode}: ${[reason, message].filter(Boolean).join(": ")}`;
    }
    return running ? `${whenRunning} since ${running.startedAt}` : "has not started";
  }
}

function lastSeen(event: Event): string {
  return (
    event.series?.lastObservedTime ??
    event.deprecatedLastTimestamp ??
    event.eventTime ??
    event.metadata.creationTimestamp ??
    ""
  );
}

function timesOf({ series, deprecatedCount }: Event): string {
  const count = series?.count ?? deprecatedCount ?? 1;
  return count > 1 ? `${count} times, ` : "";
}
