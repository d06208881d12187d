import { readFileSync } from "node:fs";
import type { Clock, Logger } from "@heliostat/kube";
import { UserError } from "../user-error.ts";

/** Files that somebody replaces from time to time, and what they mean together. */
export interface FileMeaning<T> {
  /** For the log: `certificate`. */
  readonly what: string;
  readonly files: readonly NamedFile[];
  /** @throws Error that names the file and what is wrong with it */
  read(texts: readonly string[]): T;
}

interface NamedFile {
  /** `--tls-cert` */
  readonly flag: string;
  readonly path: string;
}

export interface Following {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborts when nobody looks at the files any more. */
  readonly signal: AbortSignal;
}

/** What files say, for as long as they are followed. */
export interface Followed<T> {
  readonly current: T;
  /** `listener` is told of everything that comes after. */
  onChange(listener: (value: T) => void): void;
}

/** How often the files are looked at. */
export const LOOK_MS = 5000;

/**
 * What files mean, now and after each change, without a restart. Files are read and not watched: a mounted secret changes
 * by the symbolic link of a folder above it. A change counts once it has been read twice alike, since one that has just
 * been found may be half written. What cannot be used is refused with one line in the log, and what was before stays.
 *
 * @throws UserError when a file cannot be read now, and what `read` throws
 */
export function followedFiles<T>(meaning: FileMeaning<T>, { clock, logger, signal }: Following): Followed<T> {
  const listeners: ((value: T) => void)[] = [];
  let used = textsOf(meaning.files);
  let current = meant(meaning, used);
  let seen = used;
  let timer = clock.after(LOOK_MS, look);
  signal.addEventListener("abort", () => timer.cancel(), { once: true });
  if (signal.aborted) timer.cancel();
  return {
    get current() {
      return current;
    },
    onChange: (listener) => void listeners.push(listener),
  };

  function look(): void {
    const found = textsOf(meaning.files);
    const isStable = isSame(found, seen);
    seen = found;
    if (isStable && !isSame(found, used)) use(found);
    if (!signal.aborted) timer = clock.after(LOOK_MS, look);
  }

  function use(found: Texts): void {
    used = found;
    const files = meaning.files.map(({ path }) => path);
    try {
      current = meant(meaning, found);
    } catch (error) {
      const why = (error as Error).message;
      logger.error(`Cannot use the changed ${meaning.what}, the one before stays in use: ${why}`, { files });
      return;
    }
    logger.info(`The ${meaning.what} has changed`, { files });
    for (const listener of listeners) listener(current);
  }
}

/** What each file holds, or why it cannot be read. */
type Texts = readonly (string | UserError)[];

function textsOf(files: readonly NamedFile[]): Texts {
  return files.map(({ flag, path }) => {
    try {
      return readFileSync(path, "utf8");
    } catch (cause) {
      return new UserError(`Cannot read ${flag} ${path}: ${(cause as Error).message}`, { cause });
    }
  });
}

function meant<T>({ read }: FileMeaning<T>, texts: Texts): T {
  return read(
    texts.map((text) => {
      if (text instanceof UserError) throw text;
      return text;
    }),
  );
}

function isSame(some: Texts, others: Texts): boolean {
  return some.every((text, index) => String(text) === String(others[index]));
}
