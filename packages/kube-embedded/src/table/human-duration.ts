import { epochMsOf } from "@heliostat/kube";

const SECOND_MS = 1000;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** One line of the table: below this many seconds, so many of the big unit and, where it is given, of the small one. */
interface Step {
  readonly belowSeconds: number;
  readonly unit: number;
  readonly symbol: string;
  readonly rest?: { readonly unit: number; readonly symbol: string };
}

const STEPS: readonly Step[] = [
  { belowSeconds: 2 * MINUTE, unit: 1, symbol: "s" },
  { belowSeconds: 10 * MINUTE, unit: MINUTE, symbol: "m", rest: { unit: 1, symbol: "s" } },
  { belowSeconds: 3 * HOUR, unit: MINUTE, symbol: "m" },
  { belowSeconds: 8 * HOUR, unit: HOUR, symbol: "h", rest: { unit: MINUTE, symbol: "m" } },
  { belowSeconds: 2 * DAY, unit: HOUR, symbol: "h" },
  { belowSeconds: 8 * DAY, unit: DAY, symbol: "d", rest: { unit: HOUR, symbol: "h" } },
  { belowSeconds: 2 * YEAR, unit: DAY, symbol: "d" },
  { belowSeconds: 8 * YEAR, unit: YEAR, symbol: "y", rest: { unit: DAY, symbol: "d" } },
  { belowSeconds: Number.POSITIVE_INFINITY, unit: YEAR, symbol: "y" },
];

/** `5m3s`, `3h12m`, `2d`: a duration as kubectl shows ages (Kubernetes: `duration.HumanDuration`). */
export function humanDuration(durationMs: number): string {
  const seconds = Math.trunc(durationMs / SECOND_MS);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  const step = STEPS.find(({ belowSeconds }) => seconds < belowSeconds);
  return step ? inUnits(seconds, step) : "";
}

/** {@link humanDuration} since an RFC 3339 time; `<unknown>` when there is none. */
export function humanAge(since: string | undefined, nowMs: number): string {
  const epochMs = since === undefined ? undefined : epochMsOf(since);
  return epochMs === undefined ? "<unknown>" : humanDuration(nowMs - epochMs);
}

function inUnits(seconds: number, { unit, symbol, rest }: Step): string {
  const whole = `${Math.floor(seconds / unit)}${symbol}`;
  const left = rest ? Math.floor((seconds % unit) / rest.unit) : 0;
  return rest && left > 0 ? `${whole}${left}${rest.symbol}` : whole;
}
