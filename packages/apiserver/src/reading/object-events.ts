import type { Event, ObjectName } from "@heliostat/kube";
import type { Index, WatchCache } from "@heliostat/watch-cache";

/** What happened to one object, in the order of the events' names. KubeRay mixes up kinds, and namespaces too. */
export function eventsOf(
  events: WatchCache<Event>,
  kind: string,
  { namespace = "", name }: ObjectName,
): readonly Event[] {
  const found = events.byIndex(BY_REGARDING as Index<Event>, `${kind} ${namespace}/${name}`);
  if (found.length < 2) return found;
  return [...found].sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
}

const BY_REGARDING: Index<Event> = {
  name: "regarding",
  valuesOf: ({ regarding, metadata }) =>
    regarding?.name === undefined
      ? []
      : [`${regarding.kind} ${regarding.namespace ?? metadata.namespace ?? ""}/${regarding.name}`],
};
