import { isDns1035Label } from "@heliostat/kube";
import { problemsAmong } from "./rule.ts";
import type { SpecProblem } from "./spec-error.ts";

/** What is wrong with a name that other names are made of. */
export function nameProblems(name: string, maxLength: number): readonly SpecProblem[] {
  return problemsAmong([
    [
      name.length > maxLength,
      "metadata.name",
      `must have at most ${maxLength} characters, but has ${name.length}`,
    ],
    [
      !isDns1035Label(name),
      "metadata.name",
      `must be lower-case letters, digits and "-", begin with a letter and not end with "-", but is "${name}"`,
    ],
  ]);
}
