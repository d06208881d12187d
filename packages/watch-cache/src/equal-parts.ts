/**
 * Makes equal parts of many objects one part. The pods of a cluster differ in name, address and state, and agree in
 * nearly everything else: their environment, probes, volumes, labels.
 *
 * **Guarantees.** What is shared equals what was given. The pool is bounded: of the parts that it knows it forgets
 * those that were not met for longest.
 *
 * **Assumptions.** Nobody changes what came out of it. What goes in is plain JSON of nobody else's: its members are
 * replaced in their places. (What is frozen comes from a store in this process, is shared already, and is left alone.)
 */
export class EqualParts {
  readonly #texts = new RecentPool<string>();
  readonly #parts = new RecentPool<object>();
  readonly #ids = new WeakMap<object, number>();
  #nextId = 0;

  /** The object with all its parts shared but the outermost, which are its own. */
  share<T extends object>(object: T): T {
    if (!Object.isFrozen(object)) this.#shareMembers(object, OWN_LEVELS);
    return object;
  }

  #shareMembers(container: object, ownLevels: number): void {
    const members = container as Record<string, unknown>;
    for (const name of Object.keys(members)) {
      const value = members[name];
      const shared = this.#shared(value, ownLevels - 1);
      // To assign that name would set a prototype.
      if (shared !== value && name !== "__proto__") members[name] = shared;
    }
  }

  #shared(value: unknown, ownLevels: number): unknown {
    if (typeof value === "string")
      return value.length > LONGEST_TEXT ? value : this.#texts.known(value, value);
    if (typeof value !== "object" || value === null) return value;
    if (Object.isFrozen(value)) return this.#numbered(value);
    this.#shareMembers(value, ownLevels);
    return ownLevels > 0 ? value : this.#numbered(this.#parts.known(this.#textOf(value), value));
  }

  /** The same object, which has a number by which others can speak of it. */
  #numbered<V extends object>(value: V): V {
    if (this.#ids.has(value)) return value;
    this.#nextId += 1;
    this.#ids.set(value, this.#nextId);
    return value;
  }

  /** Short, since what lies below is shared already and so has a number. */
  #textOf(value: object): string {
    let text = Array.isArray(value) ? "[" : "{";
    for (const [name, member] of Object.entries(value)) text += `${name}\u0000${this.#wordOf(member)}\u0001`;
    return text;
  }

  #wordOf(value: unknown): string {
    if (typeof value === "string") return `"${value}`;
    if (typeof value !== "object" || value === null) return String(value);
    return `#${this.#ids.get(this.#numbered(value))}`;
  }
}

/** An object itself, its metadata, spec and status are nobody else's. */
const OWN_LEVELS = 2;
/** Longer texts are rarely repeated (logs, scripts are: but then the part that holds them is shared). */
const LONGEST_TEXT = 256;
const MOST_YOUNG = 10_000;

/** The values met lately, by their text, and of those met before the ones that were not met since. */
class RecentPool<V> {
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  /** The value that was met first under this text. */
  known(text: string, value: V): V {
    const young = this.#young.get(text);
    if (young !== undefined) return young;
    const known = this.#old.get(text) ?? value;
    if (this.#young.size >= MOST_YOUNG) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(text, known);
    return known;
  }
}
