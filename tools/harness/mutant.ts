import { readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { parse } from "yaml";

/** One mistake in the program, as a file says it (YAML or JSON). */
export interface Mutant {
  /** The historical bug that it brings back, or why somebody might make this mistake. */
  readonly bug?: string;
  /** A file of `packages/<room>/src`, from the root of the repository. */
  readonly file: string;
  /** What stands there now, once. */
  readonly text: string;
  readonly replacement: string;
}

const ROOT = join(import.meta.dirname, "../..");

/** The mutant of a file. @throws Error when it is none, or does not fit the program as it is */
export function mutantFrom(path: string): Mutant {
  const mutant = parse(readFileSync(path, "utf8")) as Partial<Mutant> | null;
  for (const field of ["file", "text", "replacement"] as const) {
    if (typeof mutant?.[field] !== "string")
      throw new Error(`Cannot use mutant ${path}: it needs a string "${field}"`);
  }
  const found = mutant as Mutant;
  if (!/^packages\/[^/]+\/src\//.test(normalize(found.file)))
    throw new Error(
      `Cannot use mutant ${path}: "file" must be below packages/<room>/src, and is "${found.file}"`,
    );
  mutated(found, sourceOf(found));
  return found;
}

/** Where the mutated file lies. */
export function pathOf({ file }: Mutant): string {
  return join(ROOT, file);
}

/** The source with the mistake in it. @throws Error when the text is not there, or there twice */
export function mutated({ file, text, replacement }: Mutant, source: string): string {
  const [before, after, more] = source.split(text);
  if (before === undefined || after === undefined)
    throw new Error(`Cannot mutate ${file}: it does not contain the text\n${text}`);
  if (more !== undefined)
    throw new Error(`Cannot mutate ${file}: it contains more than once the text\n${text}`);
  return `${before}${replacement}${after}`;
}

function sourceOf(mutant: Mutant): string {
  try {
    return readFileSync(pathOf(mutant), "utf8");
  } catch (error) {
    throw new Error(`Cannot mutate ${mutant.file}: there is no such file`, { cause: error });
  }
}
