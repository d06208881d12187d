import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Channel, frame, framesOf } from "./frames.ts";

const channel = fc.constantFrom<Channel>("control", "stdin", "stdout", "stderr");
const sent = fc.array(fc.tuple(channel, fc.uint8Array({ maxLength: 40 })));

describe("framesOf()", () => {
  it("gives back the frames that were sent, however the connection cuts them", async () => {
    await fc.assert(
      fc.asyncProperty(sent, fc.integer({ min: 1, max: 30 }), async (frames, cut) => {
        const bytes = Buffer.concat(frames.map(([name, content]) => frame(name, content)));
        const read = await collect(Readable.from(pieces(bytes, cut)));
        expect(read).toEqual(frames.map(([name, content]) => [name, Buffer.from(content)]));
      }),
    );
  });

  it("ends when the connection breaks", async () => {
    const broken = new Readable({ read: () => {} });
    broken.push(frame("stdout", "whole"));
    broken.push(frame("stdout", "half").subarray(0, 6));
    setImmediate(() => broken.destroy(new Error("reset")));
    expect(await collect(broken)).toEqual([["stdout", Buffer.from("whole")]]);
  });
});

async function collect(source: Readable): Promise<readonly (readonly [Channel, Buffer])[]> {
  const read: (readonly [Channel, Buffer])[] = [];
  for await (const { channel, bytes } of framesOf(source)) read.push([channel, bytes]);
  return read;
}

function pieces(bytes: Buffer, size: number): Buffer[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}
