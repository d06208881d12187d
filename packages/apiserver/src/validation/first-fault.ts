/** One thing that a request must not be, and the sentence that says so. */
export type Fault = readonly [isWrong: boolean, sentence: string];

/** The first of `faults` that applies: KubeRay answers with one, in a fixed order. */
export function firstFault(faults: readonly Fault[]): string | undefined {
  return faults.find(([isWrong]) => isWrong)?.[1];
}
