import { array, assert, asyncProperty, integer, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { splitLines } from "./split-lines.ts";

describe("splitLines()", () => {
  it("gives the same lines wherever the stream is cut into chunks", async () => {
    const line = string({ unit: "grapheme", maxLength: 20 }).map((text) => `x${text.replaceAll("\n", "")}`);
    await assert(
      asyncProperty(
        array(line),
        array(integer({ min: 1, max: 7 }), { minLength: 1 }),
        async (lines, sizes) => {
          const bytes = Buffer.from(lines.map((each) => `${each}\n`).join(""));
          expect(await linesOf(chunked(bytes, sizes))).toEqual(lines);
        },
      ),
    );
  });

  it("gives no line that has no end", async () => {
    const bytes = Buffer.from("one\ntwo\nthree");
    for (let end = 0; end <= bytes.length; end += 1) {
      const whole = bytes.subarray(0, end).toString().split("\n").slice(0, -1);
      expect(await linesOf([bytes.subarray(0, end)])).toEqual(whole);
    }
  });

  it("reads no further than its reader", async () => {
    let read = 0;
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (; read < 100; read += 1) yield Buffer.from("line\n");
    }
    for await (const _ of splitLines(chunks())) break;
    expect(read).toBe(0);
  });

  it("refuses a line that never ends", async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      const chunk = Buffer.alloc(1024 * 1024, "x");
      while (true) yield chunk;
    }
    await expect(linesOf(endless())).rejects.toThrow("Cannot read the watch");
  });
});

async function linesOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string[]> {
  const lines: string[] = [];
  async function* each(): AsyncGenerator<Uint8Array> {
    yield* chunks;
  }
  for await (const line of splitLines(each())) lines.push(line);
  return lines;
}

function* chunked(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let start = 0, turn = 0; start < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(start, start + size);
    start += size;
  }
}
