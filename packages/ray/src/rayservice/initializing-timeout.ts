import type { ObjectMeta } from "@heliostat/kube";
import { goDurationMs } from "../go-duration.ts";
import { ANNOTATION } from "../vocabulary/annotations.ts";

/**
 * How long a service may take until it is ready for the first time, by its annotation: whole seconds, or a duration in
 * Go's words. `undefined` where there is none, or none above zero.
 */
export function initializingTimeoutMs({ annotations }: ObjectMeta): number | undefined {
  const text = annotations?.[ANNOTATION.initializingTimeout] ?? "";
  const timeoutMs = /^\d{1,12}$/.test(text) ? Number(text) * 1_000 : (goDurationMs(text) ?? 0);
  return timeoutMs > 0 ? timeoutMs : undefined;
}
