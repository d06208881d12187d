import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { readBody } from "./read-body.ts";

describe("readBody()", () => {
  it("puts together what comes in pieces, and nothing of nothing", async () => {
    const request = new PassThrough();
    const body = readBody(request);
    for (const piece of ["one ", "two ", "three"]) request.write(piece);
    request.end();
    expect(String(await body)).toBe("one two three");
    expect(String(await readBody(new PassThrough().end()))).toBe("");
  });

  it("refuses what is too long and reads no more of it, the request still open", async () => {
    const request = new PassThrough();
    const body = readBody(request);
    request.write(Buffer.alloc(3 * 1024 * 1024 + 1));
    await expect(body).rejects.toMatchObject({ reason: "RequestEntityTooLarge" });
    expect([request.isPaused(), request.destroyed]).toEqual([true, false]);
  });

  it("says when the connection breaks off", async () => {
    for (const cause of [new Error("reset"), undefined]) {
      const request = new PassThrough();
      const body = readBody(request);
      request.write("half");
      request.destroy(cause);
      await expect(body).rejects.toMatchObject({ reason: "BadRequest" });
    }
  });
});
