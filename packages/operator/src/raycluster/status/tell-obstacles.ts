import type { EventRecorder } from "@heliostat/controller";
import { isTerminating, keyOf, nameOf } from "@heliostat/kube";
import { EVENT_ACTION } from "@heliostat/ray";
import { type ClusterMemory, NOTHING } from "../memory.ts";
import { obstaclesOf, warningsOf } from "../problems.ts";
import type { RayClusterView } from "../view.ts";

/** One event for each thing that is amiss when it comes up, and none while it stays. */
export function tellObstacles(view: RayClusterView, remembered: ClusterMemory, events: EventRecorder): void {
  if (isTerminating(view.cluster)) return;
  const obstacles = obstaclesOf(view);
  const told = [...obstacles, ...warningsOf(view)];
  for (const { event: reason, sentence } of told) {
    if (remembered.told.has(sentence)) continue;
    const note = `${keyOf(nameOf(view.cluster))}: ${sentence}`;
    events.record(view.cluster, { type: "Warning", reason, action: EVENT_ACTION.validate, note });
  }
  remembered.told = told.length === 0 ? NOTHING : new Set(told.map(({ sentence }) => sentence));
  remembered.isHindered = obstacles.length > 0;
}
