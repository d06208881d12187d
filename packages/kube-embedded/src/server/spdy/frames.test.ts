import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { controlBytes } from "../../testing/spdy-client.ts";
import { dataFrame, framesOf, pingFrame, resetFrame, type SpdyFrame } from "./frames.ts";

describe("framesOf()", () => {
  it("reads the same however the connection cuts the bytes", async () => {
    const bytes = Buffer.concat([
      controlBytes(1, Buffer.from([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 7, 8]), 3),
      dataFrame(1, Buffer.from("hello"), { isLast: false }),
      pingFrame(9),
      dataFrame(1, Buffer.alloc(0), { isLast: true }),
      resetFrame(1, 5),
    ]);
    const expected = [
      { type: "newStream", streamId: 1, isLast: true, isOneWay: true, block: Buffer.from([7, 8]) },
      { type: "data", streamId: 1, isLast: false, data: Buffer.from("hello") },
      { type: "ping", id: 9 },
      { type: "data", streamId: 1, isLast: true, data: Buffer.alloc(0) },
      { type: "reset", streamId: 1 },
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: bytes.length })), async (cuts) => {
        expect(joined(await framesFrom(pieces(bytes, cuts)))).toEqual(expected);
      }),
    );
  });

  it("hands on the data of a long frame before all of it is there", async () => {
    const whole = dataFrame(3, Buffer.alloc(100_000, 1), { isLast: true });
    const frames = await framesFrom([whole.subarray(0, 50_000)]);
    expect(frames).toMatchObject([{ type: "data", streamId: 3, isLast: false }]);
  });

  it("passes over settings, window sizes, farewells and what it does not know", async () => {
    const ignored = [4, 7, 9, 10, 4711].map((type) => controlBytes(type, Buffer.alloc(12)));
    expect(await framesFrom([...ignored, pingFrame(1)])).toEqual([{ type: "ping", id: 1 }]);
  });

  it("refuses other versions, control frames without end, and those that are too short", async () => {
    const other = Buffer.from([0x80, 2, 0, 6, 0, 0, 0, 4, 0, 0, 0, 1]);
    await expect(framesFrom([other])).rejects.toThrow("its version is 2, not 3");
    const endless = Buffer.from([0x80, 3, 0, 1, 0, 0xff, 0xff, 0xff]);
    await expect(framesFrom([endless])).rejects.toThrow("16777215 bytes are too many");
    for (const type of [1, 2, 3, 6, 8]) {
      await expect(framesFrom([controlBytes(type, Buffer.alloc(3))])).rejects.toThrow("3 bytes are too few");
    }
  });
});

async function framesFrom(chunks: readonly Buffer[]): Promise<readonly SpdyFrame[]> {
  const frames: SpdyFrame[] = [];
  for await (const frame of framesOf(oneByOne(chunks))) frames.push(frame);
  return frames;
}

async function* oneByOne(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}

function pieces(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const at = [0, ...cuts.toSorted((left, right) => left - right), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

/** Parts of one frame's data as one. */
function joined(frames: readonly SpdyFrame[]): readonly SpdyFrame[] {
  const result: SpdyFrame[] = [];
  for (const frame of frames) {
    const before = result.at(-1);
    if (frame.type !== "data" || before?.type !== "data" || before.isLast || frame.data.length === 0) {
      result.push(frame);
      continue;
    }
    result[result.length - 1] = { ...frame, data: Buffer.concat([before.data, frame.data]) };
  }
  return result;
}
