import { PassThrough } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { controlBytes, SpdyClientBytes, sentFrames, sentText } from "../../testing/spdy-client.ts";
import { dataFrame, pingFrame, resetFrame } from "./frames.ts";
import { SpdyConnection } from "./spdy-connection.ts";
import type { SpdyStream } from "./spdy-stream.ts";

const LAST = { isLast: true };
const MORE = { isLast: false };

describe("SpdyConnection", () => {
  it("takes the streams that the client opens, and carries bytes both ways", async () => {
    const { client, connection, line, frames } = setUp();
    line.write(await client.newStream(1, { streamtype: "data", port: "80" }));
    line.write(dataFrame(1, Buffer.from("to us"), LAST));
    const stream = await firstOf(connection);
    expect(stream.headers.get("port")).toBe("80");
    expect(await text(stream.input)).toBe("to us");
    await stream.send(Buffer.from("to them"));
    await stream.end();
    expect(sentText(frames(), 1)).toBe("to them");
    expect(frames().map(({ control, isLast }) => control ?? isLast)).toEqual([2, false, true]);
  });

  it("ends each direction for itself", async () => {
    const { client, connection, line, frames } = setUp();
    line.write(await client.newStream(1));
    const stream = await firstOf(connection);
    await stream.end();
    line.write(dataFrame(1, Buffer.from("still"), LAST));
    expect(await text(stream.input)).toBe("still");
    await expect(stream.send(Buffer.from("x"))).rejects.toThrow("it is closed");
    expect(frames().filter(({ isLast }) => isLast)).toHaveLength(1);
  });

  it("echoes pings", async () => {
    const { connection, line, frames } = setUp();
    line.write(pingFrame(77));
    line.end();
    await connection.ended;
    expect(frames()).toMatchObject([{ control: 6, body: Buffer.from([0, 0, 0, 77]) }]);
  });

  it("keeps the compression's history through headers that it does not want", async () => {
    const { client, connection, line } = setUp();
    line.write(await client.newStream(1, { a: "one and only" }));
    line.write(await client.headers(1, { a: "one and only", b: "two" }));
    line.write(await client.newStream(3, { a: "one and only", b: "two" }));
    const streams = await manyOf(connection, 2);
    expect(streams[1]?.headers).toEqual(
      new Map([
        ["a", "one and only"],
        ["b", "two"],
      ]),
    );
  });

  it("cuts off a stream that is reset, and no other", async () => {
    const { client, connection, line } = setUp();
    line.write(Buffer.concat([await client.newStream(1), await client.newStream(3)]));
    const [one, other] = await manyOf(connection, 2);
    if (!one || !other) throw new Error("The client has opened no streams");
    line.write(resetFrame(1, 5));
    line.write(dataFrame(3, Buffer.from("fine"), LAST));
    expect(await text(other.input)).toBe("fine");
    expect([one.signal.aborted, other.signal.aborted]).toEqual([true, false]);
    await expect(text(one.input)).rejects.toThrow();
  });

  it("refuses data on streams that never were, and forgives it on those that have closed", async () => {
    const { client, connection, line, frames } = setUp();
    line.write(await client.newStream(1, {}, { flags: 1 }));
    await (await firstOf(connection)).end();
    line.write(dataFrame(1, Buffer.from("late"), MORE));
    line.end(dataFrame(9, Buffer.from("never"), MORE));
    await connection.ended;
    expect(frames().filter(({ control }) => control === 3)).toMatchObject([{ streamId: 9 }]);
  });

  it("holds the client back while nobody reads, and loses nothing", async () => {
    const { client, connection, line } = setUp();
    line.write(await client.newStream(1));
    const stream = await firstOf(connection);
    const part = Buffer.alloc(256 * 1024, 1);
    let sent = 0;
    while (line.write(dataFrame(1, part, MORE)) && sent < 100) {
      sent += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sent).toBeLessThan(20);
    line.write(dataFrame(1, part, LAST));
    expect((await buffer(stream.input)).length).toBe((sent + 2) * part.length);
  });

  it("bids farewell and ends when the client breaks the rules", async () => {
    const { client, connection, line, frames } = setUp();
    line.write(await client.newStream(3));
    const stream = await firstOf(connection);
    line.write(await client.newStream(1));
    await connection.ended;
    expect(frames().at(-1)).toMatchObject({ control: 7, body: Buffer.from([0, 0, 0, 3, 0, 0, 0, 1]) });
    expect([connection.signal.aborted, stream.signal.aborted]).toEqual([true, true]);
  });

  it("refuses more streams than anybody needs", async () => {
    const { client, line, frames, connection } = setUp();
    for (let id = 1; id < 2 * 2001; id += 2) line.write(await client.newStream(id));
    line.end();
    await connection.ended;
    expect(frames().filter(({ control }) => control === 3)).toMatchObject([{ streamId: 4001 }]);
  });

  it("survives any bytes: every connection ends with its line, and nothing is thrown", async () => {
    const sane = await saneBytes();
    await fc.assert(
      fc.asyncProperty(mutations(sane.length), async (edits) => {
        const { connection, line } = setUp();
        void readAll(connection);
        line.end(mutated(sane, edits));
        await connection.ended;
        expect(connection.signal.aborted).toBe(true);
      }),
      { numRuns: 10_000 },
    );
  }, 120_000);
});

function setUp() {
  const line = new PassThrough();
  const sent: Buffer[] = [];
  const connection = new SpdyConnection({
    chunks: line,
    send: async (bytes) => void sent.push(bytes),
  });
  return {
    client: new SpdyClientBytes(),
    connection,
    line,
    frames: () => sentFrames(Buffer.concat(sent)),
  };
}

async function firstOf(connection: SpdyConnection): Promise<SpdyStream> {
  const [stream] = await manyOf(connection, 1);
  if (!stream) throw new Error("The client has opened no stream");
  return stream;
}

async function manyOf(connection: SpdyConnection, count: number): Promise<readonly SpdyStream[]> {
  const streams: SpdyStream[] = [];
  for await (const stream of connection.streams) {
    streams.push(stream);
    if (streams.length === count) break;
  }
  return streams;
}

/** What a server would do that answers everything. */
async function readAll(connection: SpdyConnection): Promise<void> {
  for await (const stream of connection.streams) {
    void buffer(stream.input).catch(() => undefined);
    void stream.end().catch(() => undefined);
  }
}

/** A bit of every frame. */
async function saneBytes(): Promise<Buffer> {
  const client = new SpdyClientBytes();
  return Buffer.concat([
    controlBytes(4, Buffer.alloc(12)),
    await client.newStream(1, { streamtype: "error", port: "80", requestid: "0" }, { flags: 1 }),
    await client.newStream(3, { streamtype: "data", port: "80", requestid: "0" }),
    dataFrame(3, Buffer.from("some data"), MORE),
    await client.headers(3, { more: "headers" }),
    pingFrame(1),
    controlBytes(9, Buffer.alloc(8)),
    dataFrame(3, Buffer.from("the last of it"), LAST),
    resetFrame(1, 5),
    await client.newStream(5, { streamtype: "data" }),
    controlBytes(7, Buffer.alloc(8)),
  ]);
}

type Edit = { readonly at: number; readonly remove: number; readonly insert: Uint8Array };

function mutations(length: number): fc.Arbitrary<readonly Edit[]> {
  const edit = fc.record({
    at: fc.nat(length),
    remove: fc.oneof(fc.constant(0), fc.constant(1), fc.nat(40)),
    insert: fc.oneof(fc.constant(new Uint8Array()), fc.uint8Array({ minLength: 1, maxLength: 12 })),
  });
  return fc.array(edit, { minLength: 1, maxLength: 4 });
}

function mutated(bytes: Buffer, edits: readonly Edit[]): Buffer {
  return edits.reduce<Buffer>(
    (result, { at, remove, insert }) =>
      Buffer.concat([result.subarray(0, at), insert, result.subarray(at + remove)]),
    bytes,
  );
}
