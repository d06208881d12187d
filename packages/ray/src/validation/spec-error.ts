/** One thing that is wrong with an object that a user wrote. */
export interface SpecProblem {
  /** Path of the field: `spec.workerGroupSpecs[0].minReplicas`. */
  readonly field: string;
  /** What is wrong and what would be right; reads on from the field. */
  readonly message: string;
}

/** The user's object is wrong, and trying again does not help until it changes. Holds all problems at once. */
export class SpecError extends Error {
  override readonly name = "SpecError";
  readonly problems: readonly SpecProblem[];

  constructor(kind: string, name: string, problems: readonly SpecProblem[]) {
    super(`Cannot accept ${kind} "${name}": ${problemsText(problems)}`);
    this.problems = problems;
  }
}

/** The problems of a spec that stands inside another object, with the fields where that one's author finds them. */
export function problemsBelow(at: string, problems: readonly SpecProblem[]): readonly SpecProblem[] {
  return problems.map(({ field, message }) => ({
    field: field.replace(/^spec\b/, at),
    message: message.replaceAll('"spec.', `"${at}.`),
  }));
}

/** All problems in one line, as events and conditions tell them. */
export function problemsText(problems: readonly SpecProblem[]): string {
  return problems.map(({ field, message }) => `${field} ${message}`).join("; ");
}
