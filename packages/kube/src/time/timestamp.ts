/** RFC 3339 in UTC with whole seconds: how Kubernetes writes `metav1.Time`. */
export function timestamp(epochMs: number): string {
  const second = Math.floor(epochMs / 1000);
  if (second !== last.second) last = { second, text: `${new Date(epochMs).toISOString().slice(0, 19)}Z` };
  return last.text;
}

/** A busy API writes the same second hundreds of times. */
let last = { second: Number.NaN, text: "" };

/** RFC 3339 in UTC with microseconds: how Kubernetes writes `metav1.MicroTime`. */
export function microTimestamp(epochMs: number): string {
  return new Date(epochMs).toISOString().replace("Z", "000Z");
}

/** Milliseconds since 1970 of an RFC 3339 time; `undefined` when it is none. */
export function epochMsOf(text: string): number | undefined {
  const epochMs = Date.parse(text);
  return Number.isNaN(epochMs) ? undefined : epochMs;
}
