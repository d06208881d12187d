import type { Violation } from "@heliostat/controller/testing";

/** What a process has found; sums of several make the whole. */
export interface Tally {
  /** Points tried, by kind. */
  readonly points: Readonly<Record<string, number>>;
  readonly scenarios: number;
  readonly failures: readonly Failure[];
}

export interface Failure {
  /** `SCENARIO:POINT`, as `--only` takes it. */
  readonly point: string;
  readonly place: string;
  readonly violations: readonly Violation[];
}

/** Of parts that ran side by side: each has begun all scenarios. */
export function merged(left: Tally, right: Tally): Tally {
  const known = new Set(left.failures.map(({ point }) => point));
  const failures = right.failures.filter(({ point }) => !known.has(point));
  const scenarios = Math.max(left.scenarios, right.scenarios);
  return { ...summed(left, { ...right, failures }), scenarios };
}

export const NOTHING: Tally = { points: {}, scenarios: 0, failures: [] };

export function summed(left: Tally, right: Tally): Tally {
  const kinds = [...new Set([...Object.keys(left.points), ...Object.keys(right.points)])];
  return {
    points: Object.fromEntries(
      kinds.map((kind) => [kind, (left.points[kind] ?? 0) + (right.points[kind] ?? 0)]),
    ),
    scenarios: left.scenarios + right.scenarios,
    failures: [...left.failures, ...right.failures],
  };
}

/** The names under which goals speak of kinds of faults. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  "crash points": ["crash"],
  "stale views (restart, older revision)": ["stale", "travel"],
  "two-leader interleavings": ["leaders"],
  "events repeated, late, lost, skipped, streams cut": ["event"],
  "refused, slow and ambiguous answers": ["answer", "outage"],
  "conflict storms": ["storm"],
  "spoilt children": ["corrupt"],
  "transitions of the input walk": ["walk"],
};

/** The tally in lines. */
export function tallyText({ points, scenarios, failures }: Tally, seconds: number): string {
  const counts = Object.entries(GROUPS).flatMap(([name, kinds]) => {
    const count = kinds.reduce((sum, kind) => sum + (points[kind] ?? 0), 0);
    return count > 0 ? [`${String(count).padStart(7)} ${name}`] : [];
  });
  const total = Object.values(points).reduce((sum, count) => sum + count, 0);
  const shown = failures.filter(isAmongFirst).slice(0, 30);
  const violated = shown.map(failureText);
  const rest = failures.length > shown.length ? [`… and ${failures.length - shown.length} more`] : [];
  return [
    ...violated,
    ...rest,
    `${scenarios} scenarios`,
    ...counts,
    `${String(total).padStart(7)} points in ${seconds.toFixed(0)} s, ${failures.length} violations`,
  ].join("\n");
}

/** Three of each scenario are enough to begin with. */
function isAmongFirst({ point }: Failure, at: number, all: readonly Failure[]): boolean {
  const [scenario] = point.split(":");
  return all.slice(0, at).filter((each) => each.point.split(":")[0] === scenario).length < 3;
}

function failureText({ point, place, violations }: Failure): string {
  const lines = violations.map(({ invariant, detail }) => `    ${invariant}: ${detail.slice(0, 2000)}`);
  return [`VIOLATED ${point}${place && ` (${place})`}`, ...lines].join("\n");
}
