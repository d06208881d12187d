import type { RayClusterSpec } from "./types.ts";

/** Whether logs and events are kept beyond the life of the pods. */
export function keepsHistory({ historyServerOptions }: RayClusterSpec): boolean {
  return historyServerOptions?.collectorOptions !== undefined;
}
