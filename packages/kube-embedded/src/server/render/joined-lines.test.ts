import fc from "fast-check";
import { expect, test } from "vitest";
import { JoinedLines } from "./joined-lines.ts";

const line = Buffer.from("a line\n");
const [first, second, third] = [1, 2, 3].map((number) => Buffer.from(`line ${number}\n`)) as [
  Buffer,
  Buffer,
  Buffer,
];

test("a line that leaves alone is not copied", () => {
  expect(new JoinedLines().join([line])).toBe(line);
});

test("who is told the same, or the end of it, is sent the same memory", () => {
  const joined = new JoinedLines();
  const all = joined.join([first, second, third]);
  const end = joined.join([second, third]);

  expect(joined.join([first, second, third]).byteOffset).toBe(all.byteOffset);
  expect(end.byteOffset).toBe(all.byteOffset + first.length);
  expect(end.buffer).toBe(all.buffer);
});

test("whatever others were told, the lines leave whole and in their order", () => {
  const known = Array.from({ length: 6 }, (_, number) => Buffer.from(`${"x".repeat(number)}\n`));
  const batch = fc.array(fc.constantFrom(...known), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.array(batch, { maxLength: 30 }), (batches) => {
      const joined = new JoinedLines();
      for (const lines of batches) expect(joined.join(lines)).toEqual(Buffer.concat(lines));
    }),
  );
});
