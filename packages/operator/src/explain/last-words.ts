import type { ContainerName, Pod } from "@heliostat/kube";
import { groupOf, isAlive, isReady } from "../raycluster/pod-state.ts";
import type { RayClusterView } from "../raycluster/view.ts";

/** What a container wrote before it ended: its last lines, by `containerKey`. */
export type LastWords = ReadonlyMap<string, readonly string[]>;

/** Containers that have ended and are wanted, one for each group and name: their logs say more than their exit codes. */
export function endedContainers({ pods }: RayClusterView): readonly ContainerName[] {
  const ended = pods
    .filter((pod) => isAlive(pod) && !isReady(pod))
    .flatMap((pod) => endedIn(pod).map((container) => ({ pod, container })));
  const firsts = new Map(ended.toReversed().map((each) => [`${groupOf(each.pod)}/${each.container}`, each]));
  return [...firsts.values()].map(({ pod: { metadata }, container }) => ({
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    container,
  }));
}

/** Key of a container in `LastWords`. */
export function containerKey({ namespace, name, container }: ContainerName): string {
  return `${namespace}/${name}/${container}`;
}

function endedIn({ status = {} }: Pod): readonly string[] {
  const { initContainerStatuses = [], containerStatuses = [] } = status;
  return [...initContainerStatuses, ...containerStatuses]
    .filter(({ ready, lastState, state }) => !ready && (lastState?.terminated || state?.terminated))
    .map(({ name }) => name);
}
