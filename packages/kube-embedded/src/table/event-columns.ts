import type { CoreEvent, Event, KubeObject } from "@heliostat/kube";
import type { Column } from "../registry/served-resource.ts";
import { countColumn, textColumn, wide } from "./column.ts";
import { humanAge } from "./human-duration.ts";

/** What both forms of events say, under one set of names. */
interface EventFacts {
  readonly object: CoreEvent["involvedObject"] | undefined;
  readonly message: string;
  readonly source: string;
  readonly count: number;
  readonly firstSeen: string | undefined;
  readonly lastSeen: string | undefined;
}

export const EVENT_COLUMNS: readonly Column[] = [
  textColumn("Last Seen", (event, nowMs) => humanAge(factsOf(event).lastSeen, nowMs)),
  textColumn<CoreEvent>("Type", ({ type = "" }) => type),
  textColumn<CoreEvent>("Reason", ({ reason = "" }) => reason),
  textColumn("Object", (event) => {
    const { kind = "", name = "" } = factsOf(event).object ?? {};
    return kind === "" ? name : `${kind.toLowerCase()}/${name}`;
  }),
  wide(textColumn("Subobject", (event) => factsOf(event).object?.fieldPath ?? "")),
  wide(textColumn("Source", (event) => factsOf(event).source)),
  textColumn("Message", (event) => factsOf(event).message.trim()),
  wide(textColumn("First Seen", (event, nowMs) => humanAge(factsOf(event).firstSeen, nowMs))),
  wide(countColumn("Count", (event) => factsOf(event).count)),
  wide({ name: "Name", type: "string", format: "name", priority: 1, cell: ({ metadata }) => metadata.name }),
];

function factsOf(object: KubeObject): EventFacts {
  return object.apiVersion === "v1" ? coreFacts(object as CoreEvent) : eventFacts(object as Event);
}

function coreFacts(event: CoreEvent): EventFacts {
  const {
    involvedObject,
    message = "",
    source,
    series,
    count,
    eventTime,
    firstTimestamp,
    lastTimestamp,
  } = event;
  return {
    object: involvedObject,
    message,
    source: sourceText(
      source?.component ?? event.reportingComponent,
      source?.host ?? event.reportingInstance,
    ),
    count: series?.count ?? count ?? 1,
    firstSeen: firstTimestamp ?? eventTime,
    lastSeen: series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? firstTimestamp,
  };
}

function eventFacts(event: Event): EventFacts {
  const {
    regarding,
    note = "",
    series,
    eventTime,
    deprecatedFirstTimestamp,
    deprecatedLastTimestamp,
  } = event;
  return {
    object: regarding,
    message: note,
    source: sourceText(event.reportingController, event.reportingInstance),
    count: series?.count ?? event.deprecatedCount ?? 1,
    firstSeen: deprecatedFirstTimestamp ?? eventTime,
    lastSeen: series?.lastObservedTime ?? deprecatedLastTimestamp ?? eventTime,
  };
}

function sourceText(component: string | undefined, host: string | undefined): string {
  return [component, host].filter(Boolean).join(", ");
}
