/**
 * Makes equal parts of many objects one part. The pods of a cluster differ in name, address and state, and agree in
 * nearly everything else: their environment, probes, volumes, labels.
 *
 * **Guarantees.** What is shared equals what was given. The pool is bounded, and small beside what it saves: it forgets
 * the parts that were not met for longest, and knows one part for each fingerprint.
 *
 * **Assumptions.** Nobody changes what came out of it. What goes in is plain JSON of nobody else's: its members are
 * replaced in their places. (What is frozen comes from a store in this process, is shared already, and is left alone.)
 */
export class EqualParts {
  readonly #texts = new RecentPool<string, string>();
  readonly #parts = new RecentPool<number, object>();

  /** The object with all its parts shared but the outermost, which are its own. */
  share<T extends object>(object: T): T {
    if (!Object.isFrozen(object)) this.#shareMembers(object, OWN_LEVELS);
    return object;
  }

  /** Returns the fingerprint of the container, which equal ones have in common. */
  #shareMembers(container: object, ownLevels: number): number {
    const members = container as Record<string, unknown>;
    let print = Array.isArray(container) ? LIST_PRINT : MAP_PRINT;
    for (const name of Object.keys(members)) {
      const value = members[name];
      print = textPrint(name, print);
      if (isContainer(value)) {
        const below = this.#shareMembers(value, ownLevels - 1);
        print = numberPrint(below, print);
        if (ownLevels <= 1) replace(members, name, this.#knownPart(below, value));
      } else {
        print = textPrint(String(value), print);
        if (typeof value === "string") replace(members, name, this.#knownText(value));
      }
    }
    return print;
  }

  #knownText(text: string): string {
    return text.length > LONGEST_TEXT ? text : this.#texts.known(text, text);
  }

  #knownPart(print: number, part: object): object {
    const known = this.#parts.known(print, part);
    if (isSame(known, part)) return known;
    this.#parts.forget(print);
    return this.#parts.known(print, part);
  }
}

/** An object itself, its metadata, spec and status are nobody else's. */
const OWN_LEVELS = 2;
/** Longer texts are rarely repeated (logs, scripts are: but then the part that holds them is shared). */
const LONGEST_TEXT = 256;
const MOST_YOUNG = 10_000;

/** The values met lately, by key, and of those met before the ones that were not met since. */
class RecentPool<K, V> {
  #young = new Map<K, V>();
  #old = new Map<K, V>();

  /** The value that was met first under this key. */
  known(key: K, value: V): V {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const known = this.#old.get(key) ?? value;
    if (this.#young.size >= MOST_YOUNG) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, known);
    return known;
  }

  forget(key: K): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }
}

/** What is frozen has been shared by its owner, and is looked at as a whole. */
function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Object.isFrozen(value);
}

/** Also where it seems to be there already: of two equal texts nobody can tell whether they are one. */
function replace(members: Record<string, unknown>, name: string, value: unknown): void {
  // To assign that name would set a prototype.
  if (name !== "__proto__") members[name] = value;
}

/** Whether two parts are equal whose own parts are shared already. */
function isSame(one: object, other: object): boolean {
  if (one === other) return true;
  const names = Object.keys(one);
  const others = Object.keys(other);
  if (names.length !== others.length || Array.isArray(one) !== Array.isArray(other)) return false;
  const [left, right] = [one as Record<string, unknown>, other as Record<string, unknown>];
  return names.every((name, index) => name === others[index] && Object.is(left[name], right[name]));
}

/* Fingerprints are small integers, which cost a map no more than their place in it (FNV-1a over what JSON would say). */

const LIST_PRINT = 0x1000;
const MAP_PRINT = 0x2000;
const FNV_PRIME = 0x01000193;

function textPrint(text: string, before: number): number {
  let print = numberPrint(text.length, before);
  for (let index = 0; index < text.length; index += 1) print = numberPrint(text.charCodeAt(index), print);
  return print;
}

function numberPrint(number: number, before: number): number {
  return Math.imul(before ^ number, FNV_PRIME);
}
