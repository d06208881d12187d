/** The name of our function that keeps, of a map of optional values, those which are there. */
export const PRESENT_ENTRIES = "presentEntries";

/** Where an optional item may stand: it comes first in a literal, or after a comma. */
const MAY_HOLD_OPTIONALS = /[[{,]\s*\?/;

/** A text, a comment, a name or number, white space, or any one character. */
const TOKENS =
  /[rRbB]{0,2}(?:"""[\s\S]*?"""|'''[\s\S]*?''')|[rR][bB]?(?:"[^"]*"|'[^']*')|[bB]?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|\/\/[^\n]*|[\w.]+|\s+|[\s\S]/g;

/**
 * The same CEL expression without optional items in literals, which the library cannot read: `[?a, b]` becomes
 * `[a, optional.of(b)].unwrapOpt()`, and `{?k: a}` a call that keeps the entries which are there.
 */
export function withPlainLiterals(text: string): string {
  if (!MAY_HOLD_OPTIONALS.test(text)) return text;
  const open: Bracket[] = [new Bracket("", false)];
  let before = "";
  for (const [token] of text.matchAll(TOKENS)) {
    const inner = open.at(-1) as Bracket;
    if (OPENING.has(token)) open.push(new Bracket(token, !isOperand(before)));
    else if (CLOSING.has(token) && open.length > 1) {
      open.pop();
      (open.at(-1) as Bracket).add(inner.closed(token));
    } else inner.add(token);
    if (token.trim() !== "") before = token;
  }
  return open.map((bracket) => bracket.text).join("");
}

const OPENING: ReadonlySet<string> = new Set(["[", "{", "("]);
const CLOSING: ReadonlySet<string> = new Set(["]", "}", ")"]);

/** Whether a bracket after this token looks something up, instead of beginning a literal. */
function isOperand(token: string): boolean {
  return token !== "in" && /[\w)\]}"']$/.test(token);
}

/** What stands between two brackets, while it is read. */
class Bracket {
  readonly #opening: string;
  readonly #isLiteral: boolean;
  readonly #items: Item[] = [new Item()];

  constructor(opening: string, isBare: boolean) {
    this.#opening = opening;
    this.#isLiteral = isBare && (opening === "[" || opening === "{");
  }

  add(token: string): void {
    const item = this.#items.at(-1) as Item;
    if (!this.#isLiteral) item.value += token;
    else if (token === ",") this.#items.push(new Item());
    else if (token === "?" && item.isEmpty) item.isOptional = true;
    else if (token === ":" && this.#opening === "{" && item.key === "") item.turnIntoKey();
    else item.value += token;
  }

  closed(closing: string): string {
    const optional = this.#items.filter(({ isOptional }) => isOptional);
    if (optional.length === 0 || optional.some(({ isEmpty }) => isEmpty)) return this.text + closing;
    const items = this.#items.filter((item) => !item.isEmpty).map((item) => item.wrapped);
    const literal = `${this.#opening}${items.join(",")}${closing}`;
    return this.#opening === "[" ? `${literal}.unwrapOpt()` : `${PRESENT_ENTRIES}(${literal})`;
  }

  get text(): string {
    return this.#opening + this.#items.map(({ text }) => text).join(",");
  }
}

class Item {
  /** With its colon; empty in a list. */
  key = "";
  value = "";
  isOptional = false;

  get isEmpty(): boolean {
    return `${this.key}${this.value}`.trim() === "";
  }

  get text(): string {
    return `${this.isOptional ? "?" : ""}${this.key}${this.value}`;
  }

  get wrapped(): string {
    return this.isOptional ? `${this.key}${this.value}` : `${this.key}optional.of(${this.value})`;
  }

  turnIntoKey(): void {
    this.key = `${this.value}:`;
    this.value = "";
  }
}
