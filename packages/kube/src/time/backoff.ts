import type { Random } from "./clock.ts";

/** How long to wait after failures in a row: doubling from `baseMs` up to `maxMs`. */
export interface Backoff {
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * The wait after the given number of failures in a row (1 or more). Chance takes up to half of it away, so that those
 * who failed together do not come back together.
 */
export function backoffMs({ baseMs, maxMs }: Backoff, failures: number, random: Random): number {
  const fullMs = Math.min(maxMs, baseMs * 2 ** (Math.max(1, failures) - 1));
  return Math.ceil(fullMs * (1 - random.fraction() / 2));
}
