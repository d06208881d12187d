import type { ByteStream } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { httpGet } from "./http-get.ts";

interface Conversation {
  readonly connection: ByteStream;
  readonly written: string[];
  isDestroyed: boolean;
}

/** A server that answers in these pieces, whatever it is asked. */
function server(...pieces: readonly string[]): Conversation {
  const written: string[] = [];
  const conversation: Conversation = {
    written,
    isDestroyed: false,
    connection: {
      output: chunks(pieces),
      write: (chunk) => void written.push(Buffer.from(chunk).toString()),
      end: () => undefined,
      destroy: () => {
        conversation.isDestroyed = true;
      },
    },
  };
  return conversation;
}

async function* chunks(pieces: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece);
}

describe("httpGet()", () => {
  const request = { host: "10.0.0.1:80", path: "/health", headers: [] };

  it("asks, reads the status however it arrives, and drops the connection", async () => {
    const conversation = server("HTT", "P/1.1 20", "4 No Content\r", "\n");
    expect(await httpGet(conversation.connection, request)).toBe(204);
    expect(conversation.isDestroyed).toBe(true);
    expect(conversation.written.join("")).toBe(
      "GET /health HTTP/1.1\r\nHost: 10.0.0.1:80\r\nUser-Agent: kube-probe/1.35\r\nAccept: */*\r\nConnection: close\r\n\r\n",
    );
  });

  it("lets headers of the probe replace its own", async () => {
    const conversation = server("HTTP/1.0 200 OK\r\n");
    const headers = [
      { name: "host", value: "demo" },
      { name: "X-A", value: "1" },
    ];
    await httpGet(conversation.connection, { ...request, path: "x", headers });
    expect(conversation.written.join("")).toMatch(
      /^GET \/x HTTP\/1.1\r\nUser-Agent.*\r\nAccept.*\r\nhost: demo\r\nX-A: 1\r\n/,
    );
  });

  it.each([
    ["EOF", []],
    ['malformed HTTP response "hello"', ["hello\n"]],
  ])("fails with %s", async (message, pieces) => {
    await expect(httpGet(server(...pieces).connection, request)).rejects.toThrow(message);
  });
});
