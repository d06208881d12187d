const VERSION = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/;
const STABILITY: Readonly<Record<string, number>> = { alpha: 0, beta: 1, stable: 2 };

/**
 * Order versions as clients should try them: stable before beta before alpha, newer before older, and names that are
 * no Kubernetes versions last, by alphabet (Kubernetes rule).
 */
export function byVersionPriority(left: string, right: string): number {
  const ranks = [rank(left), rank(right)] as const;
  const difference = ranks[0].map((each, index) => (ranks[1][index] ?? 0) - each).find((each) => each !== 0);
  return difference ?? (left < right ? -1 : Number(left > right));
}

/** Larger is better, from left to right. */
function rank(version: string): readonly number[] {
  const match = VERSION.exec(version);
  if (match === null) return [-1, 0, 0];
  const [, major, stability = "stable", minor = "0"] = match;
  return [STABILITY[stability] ?? -1, Number(major), Number(minor)];
}
