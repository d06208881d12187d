import type { ObjectMeta } from "@heliostat/kube";
import { ANNOTATION } from "../vocabulary/annotations.ts";

const MS_BY_UNIT: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g;

/**
 * How long a service may take until it is ready for the first time, by its annotation: whole seconds, or a duration in
 * Go's words (`1h30m`). `undefined` where there is none, or none above zero.
 */
export function initializingTimeoutMs({ annotations }: ObjectMeta): number | undefined {
  const text = annotations?.[ANNOTATION.initializingTimeout] ?? "";
  const timeoutMs = /^\d{1,12}$/.test(text) ? Number(text) * 1_000 : durationMs(text);
  return timeoutMs > 0 ? timeoutMs : undefined;
}

/** Zero for what is no duration. */
function durationMs(text: string): number {
  const parts = [...text.matchAll(PART)];
  if (parts.map(([part]) => part).join("") !== text) return 0;
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (MS_BY_UNIT[unit ?? ""] ?? 0), 0);
}
