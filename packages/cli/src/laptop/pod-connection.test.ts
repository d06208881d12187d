import { text } from "node:stream/consumers";
import type { ByteStream } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { duplexOf } from "./pod-connection.ts";

describe("duplexOf()", () => {
  it("carries both ways, and ends each by itself", async () => {
    const said: string[] = [];
    let isOver = false;
    const duplex = duplexOf({
      output: (async function* () {
        yield Buffer.from("from ");
        yield Buffer.from("the pod");
      })(),
      write: (chunk) => said.push(Buffer.from(chunk).toString()),
      end: () => said.push("END"),
      destroy: () => {
        isOver = true;
      },
    });
    duplex.write("to it");
    duplex.end();
    expect(await text(duplex)).toBe("from the pod");
    expect(said).toEqual(["to it", "END"]);
    duplex.destroy();
    expect(isOver).toBe(true);
  });

  it("breaks when the connection does", async () => {
    const broken: ByteStream = {
      output: {
        [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("the pod is gone")) }),
      },
      write: () => undefined,
      end: () => undefined,
      destroy: () => undefined,
    };
    await expect(text(duplexOf(broken))).rejects.toThrow("the pod is gone");
  });
});
