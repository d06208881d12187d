import { type CoreEvent, type Event, epochMsOf, type KubeObject, timestamp } from "@heliostat/kube";
import type { ResourceStrategy } from "../served-resource.ts";

/* Events have two faces, core/v1 and events.k8s.io/v1, and one storage: the core form. */

export const CORE_EVENT_STRATEGY: ResourceStrategy = { allowsCreateOnUpdate: true };

export const EVENT_STRATEGY: ResourceStrategy = {
  allowsCreateOnUpdate: true,
  toStored: (object) => withoutAbsent(coreEvent(object as Event)),
  fromStored: (stored) => withoutAbsent(event(stored as CoreEvent)),
};

function coreEvent(event: Event): KubeObject {
  const { regarding, note, reportingController, series, ...rest } = event;
  const {
    deprecatedSource: source,
    deprecatedFirstTimestamp: firstTimestamp,
    deprecatedLastTimestamp: lastTimestamp,
    deprecatedCount: count,
    ...others
  } = rest;
  return {
    ...others,
    apiVersion: "v1",
    involvedObject: regarding ?? {},
    message: note,
    reportingComponent: reportingController,
    series,
    source,
    // Whoever sorts events by their old stamps, as kubectl's users do, finds some.
    firstTimestamp: firstTimestamp ?? wholeSeconds(event.eventTime),
    lastTimestamp: wholeSeconds(series?.lastObservedTime) ?? lastTimestamp ?? wholeSeconds(event.eventTime),
    count,
  } as KubeObject;
}

function wholeSeconds(microTime: string | undefined): string | undefined {
  const epochMs = microTime === undefined ? undefined : epochMsOf(microTime);
  return epochMs === undefined ? undefined : timestamp(epochMs);
}

/** An event of the old form has no `eventTime`, which the new one demands: its last sight stands in. */
function event(core: CoreEvent): KubeObject {
  const { involvedObject, message, reportingComponent, series, source, ...rest } = core;
  const { firstTimestamp, lastTimestamp, count, eventTime, ...others } = rest;
  return {
    ...others,
    apiVersion: "events.k8s.io/v1",
    regarding: involvedObject,
    note: message,
    reportingController: reportingComponent ?? source?.component,
    series,
    eventTime:
      eventTime ?? lastTimestamp ?? firstTimestamp ?? others.metadata.creationTimestamp ?? timestamp(0),
    deprecatedSource: source,
    deprecatedFirstTimestamp: firstTimestamp,
    deprecatedLastTimestamp: lastTimestamp,
    deprecatedCount: count,
  } as KubeObject;
}

function withoutAbsent(object: KubeObject): KubeObject {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined),
  ) as unknown as KubeObject;
}
