import { RE2JS } from "re2js";

const compiled = new Map<string, RE2JS>();

/**
 * Whether `text` contains a match of an RE2 expression. RE2, because that is what Kubernetes speaks, and because its
 * time grows with the text only: a pattern in a CustomResourceDefinition cannot stall the API.
 *
 * @throws Error when the expression is malformed
 */
export function matchesPattern(pattern: string, text: string): boolean {
  return expression(pattern).test(text);
}

/** Why `pattern` is no RE2 expression; `undefined` when it is one. */
export function patternProblem(pattern: string): string | undefined {
  try {
    expression(pattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The compiled expression, kept: a handful of patterns serve hundreds of fields. */
export function expression(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const fresh = RE2JS.compile(pattern);
  compiled.set(pattern, fresh);
  return fresh;
}
