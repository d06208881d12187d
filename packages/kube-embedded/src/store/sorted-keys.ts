/** A block is split in two when it has more. */
const LONGEST_BLOCK = 512;

/**
 * Texts in their order, each once. They lie in blocks, so that one more among a hundred thousand moves a few hundred
 * and not half of them.
 */
export class SortedKeys {
  readonly #blocks: string[][] = [[]];

  add(key: string): void {
    const at = this.#blockOf(key);
    const block = this.#blocks[at] ?? [];
    block.splice(placeIn(block, key), 0, key);
    if (block.length > LONGEST_BLOCK) this.#blocks.splice(at + 1, 0, block.splice(LONGEST_BLOCK / 2));
  }

  remove(key: string): void {
    const at = this.#blockOf(key);
    const block = this.#blocks[at] ?? [];
    const place = placeIn(block, key);
    if (block[place] !== key) return;
    block.splice(place, 1);
    if (block.length === 0 && this.#blocks.length > 1) this.#blocks.splice(at, 1);
  }

  /** Those from `start` on, as they are when they are reached. */
  *from(start: string): Generator<string> {
    const first = this.#blockOf(start);
    for (let at = first; at < this.#blocks.length; at += 1) {
      const block = this.#blocks[at] ?? [];
      for (let place = at === first ? placeIn(block, start) : 0; place < block.length; place += 1) {
        const key = block[place];
        if (key !== undefined) yield key;
      }
    }
  }

  /** How many come before `key`. */
  countBefore(key: string): number {
    const at = this.#blockOf(key);
    let count = placeIn(this.#blocks[at] ?? [], key);
    for (const block of this.#blocks.slice(0, at)) count += block.length;
    return count;
  }

  /** The block in which `key` stands, or would stand: the last that does not begin after it. */
  #blockOf(key: string): number {
    let low = 0;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const first = this.#blocks[middle]?.[0] ?? "";
      if (first <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Where `key` stands in a block, or would stand. */
function placeIn(block: readonly string[], key: string): number {
  let low = 0;
  let high = block.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((block[middle] ?? "") < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
