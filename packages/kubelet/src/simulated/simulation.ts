import { parseQuantity } from "@heliostat/kube";

/** What a pod's annotation asks the simulated runtime to do with one of its containers. */
export interface Simulation {
  readonly startDelayMs?: number;
  readonly failsToStart?: boolean;
  readonly end?: SimulatedEnd;
  readonly cpuMillis?: number;
  readonly memoryBytes?: number;
}

interface SimulatedEnd {
  readonly exitCode: number;
  readonly afterMs: number;
  readonly isOutOfMemory?: boolean;
}

/** The annotation that a pod carries to be simulated in its own way. */
export const SIMULATE_ANNOTATION = "heliostat.dev/simulate";

const DURATION_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const OUT_OF_MEMORY_CODE = 137;

type Phrase = readonly [RegExp, (match: RegExpExecArray) => Simulation];

/** The whole vocabulary. */
const PHRASES: readonly Phrase[] = [
  [/^start after (\d+)(ms|s|m|h)$/, ([, count, unit]) => ({ startDelayMs: durationMs(count, unit) })],
  [/^fail to start$/, () => ({ failsToStart: true })],
  [
    /^exit (\d{1,3}) after (\d+)(ms|s|m|h)$/,
    ([, code, count, unit]) => ({ end: { exitCode: Number(code), afterMs: durationMs(count, unit) } }),
  ],
  [
    /^run out of memory after (\d+)(ms|s|m|h)$/,
    ([, count, unit]) => ({
      end: { exitCode: OUT_OF_MEMORY_CODE, afterMs: durationMs(count, unit), isOutOfMemory: true },
    }),
  ],
  [/^use (\d+m?) cpu$/, ([, quantity = ""]) => ({ cpuMillis: (parseQuantity(quantity) ?? 0) * 1000 })],
  [/^use (\d+(?:[KMGT]i?)?) memory$/, ([, quantity = ""]) => ({ memoryBytes: parseQuantity(quantity) ?? 0 })],
];

/**
 * Read the wishes for one container: phrases separated by `;`, each for every container or, as `NAME: phrase`, for one.
 * Each run of the container follows them.
 *
 * - `start after 3s`: it takes that long until it runs
 * - `fail to start`: it never runs
 * - `exit 1 after 5s`: it ends with this code
 * - `run out of memory after 5s`: it ends as if the kernel had killed it
 * - `use 250m cpu`, `use 64Mi memory`: what it is measured to use; nothing without these
 *
 * @throws Error that quotes the phrase which makes no sense
 */
export function simulationOf(text: string | undefined, container: string): Simulation {
  const wishes = (text ?? "").split(";").map((wish) => wish.trim());
  const parsed = wishes.filter((wish) => wish !== "").map(parsedWish);
  return Object.assign(
    {},
    ...parsed
      .filter(({ name }) => name === undefined || name === container)
      .map(({ simulation }) => simulation),
  );
}

function parsedWish(wish: string): { readonly name: string | undefined; readonly simulation: Simulation } {
  const [, name, phrase = wish] = /^([a-z0-9-]+):\s*(.*)$/.exec(wish) ?? [];
  for (const [pattern, meaning] of PHRASES) {
    const match = pattern.exec(phrase);
    if (match) return { name, simulation: meaning(match) };
  }
  throw new Error(`Cannot read annotation "${SIMULATE_ANNOTATION}": "${wish}" is not in the vocabulary`);
}

function durationMs(count: string | undefined, unit: string | undefined): number {
  return Number(count) * (DURATION_MS[unit ?? ""] ?? 0);
}
