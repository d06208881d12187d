interface Joined {
  readonly lines: readonly Buffer[];
  readonly bytes: Buffer;
}

/**
 * Lines that leave together, put together once for all who are told them: the same lines, or the last ones of them.
 *
 * Copies for each reader would be garbage outside V8's heap, by which V8 decides when to collect: with a hundred
 * watchers it collected without a pause, in some starts and not in others.
 */
export class JoinedLines {
  /** By their last line. */
  readonly #joined = new WeakMap<Buffer, Joined>();

  /** @param lines one or more, the same buffers for whoever is told the same */
  join(lines: readonly Buffer[]): Buffer {
    const last = lines.at(-1);
    if (last === undefined || lines.length === 1) return last ?? Buffer.alloc(0);
    const known = this.#joined.get(last);
    if (known !== undefined && endsWith(known.lines, lines)) {
      return known.bytes.subarray(known.bytes.length - lengthOf(lines));
    }
    const bytes = Buffer.concat(lines);
    this.#joined.set(last, { lines, bytes });
    return bytes;
  }
}

function endsWith(all: readonly Buffer[], end: readonly Buffer[]): boolean {
  const before = all.length - end.length;
  return before >= 0 && end.every((line, index) => line === all[before + index]);
}

function lengthOf(lines: readonly Buffer[]): number {
  return lines.reduce((sum, line) => sum + line.length, 0);
}
