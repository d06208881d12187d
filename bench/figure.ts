/** One thing that can be measured, by itself, in at most three minutes. */
export interface Benchmark {
  readonly name: string;
  readonly about: string;
  run(): Promise<readonly Figure[]>;
}

/** One figure; smaller is better, unless it says otherwise. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The most that it may be, or the least. @default none: the figure is only information */
  readonly goal?: number;
  /** @default false */
  readonly isMoreBetter?: boolean;
  /** What another does, measured or published, with its source. */
  readonly anchor: string;
}

/** The middle one of some measurements. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
