import { createDeflate, constants as zlib } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spdyDictionary } from "./dictionary.ts";
import { HeaderPacker, HeaderUnpacker } from "./header-block.ts";

describe("spdyDictionary()", () => {
  it("is the one of SPDY/3, as its checksum in every compressed header says", async () => {
    const packed = await new HeaderPacker().pack(new Map());
    expect(packed.subarray(2, 6).toString("hex")).toBe("e3c6a7c2");
    expect(spdyDictionary().length).toBe(1423);
  });
});

describe("header blocks", () => {
  const headers = fc.dictionary(fc.stringMatching(/^[a-z-]{1,20}$/), fc.stringMatching(/^[ -~]{0,40}$/), {
    noNullPrototype: true,
  });

  it("come back as they were, one after the other with one history", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(headers, { maxLength: 8 }), async (blocks) => {
        const [packer, unpacker] = [new HeaderPacker(), new HeaderUnpacker()];
        for (const block of blocks) {
          const sent = new Map(Object.entries(block));
          expect(await unpacker.unpack(await packer.pack(sent))).toEqual(sent);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("are unpacked with names in lower case", async () => {
    const packed = await new HeaderPacker().pack(new Map([["StreamType", "Data"]]));
    expect(await new HeaderUnpacker().unpack(packed)).toEqual(new Map([["streamtype", "Data"]]));
  });

  it("are refused when they are not compressed, unpack to too much, or lie about their lengths", async () => {
    const refused = (block: Buffer) => expect(new HeaderUnpacker().unpack(block)).rejects.toThrow(/^Cannot/);
    await refused(Buffer.from("not compressed"));
    await refused(await packedBytes(Buffer.alloc(1_000_000)));
    await refused(await packedBytes(Buffer.from([0, 0, 0, 1, 0, 0, 1, 0])));
    await refused(await packedBytes(Buffer.from([0xff, 0xff, 0xff, 0xff])));
    await refused(await packedBytes(Buffer.from([0])));
  });

  it("are refused when nothing may follow what came before", async () => {
    const unpacker = new HeaderUnpacker();
    await unpacker.unpack(await packedBytes(Buffer.alloc(4), zlib.Z_FINISH));
    await expect(unpacker.unpack(Buffer.from("more"))).rejects.toThrow("history has ended");
  });
});

function packedBytes(block: Buffer, flush: number = zlib.Z_SYNC_FLUSH): Promise<Buffer> {
  const deflate = createDeflate({ dictionary: spdyDictionary(), flush });
  const parts: Buffer[] = [];
  deflate.on("data", (part: Buffer) => parts.push(part));
  return new Promise((resolve) => deflate.write(block, () => resolve(Buffer.concat(parts))));
}
