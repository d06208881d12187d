import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { scalerBench, TOKENS } from "./testing/scaler-bench.ts";

/** Far below the time that requests have to end. */
const AT_ONCE_MS = 2000;
const HELD = "held-held-held-held-held";
const LIST = "/api/v1/clusters/rayclusters";
const HEAD = `Host: x\r\nAuthorization: Bearer ${TOKENS.admin}\r\n`;

describe("a stop", () => {
  it.each([
    ["says nothing", ""],
    ["has sent half a head", `GET ${LIST} HTTP/1.1\r\nHo`],
    ["has sent half a body", `PATCH ${LIST}/x/scale HTTP/1.1\r\n${HEAD}Content-Length: 9\r\n\r\n{`],
    ["has been answered", `GET ${LIST} HTTP/1.1\r\n${HEAD}\r\n`],
  ])("waits for no connection that %s", async (_what, text) => {
    const bench = await scalerBench();
    const socket = await opened(bench.scaler.url, text);
    expect(await tookMs(() => bench.scaler.stop())).toBeLessThan(AT_ONCE_MS);
    socket.destroy();
    await bench.stop();
  });

  it("answers a request that is being worked on, and closes its connection then", async () => {
    const held = heldBack();
    const bench = await scalerBench({ authenticator: held.authenticator });
    const head = `Host: x\r\nAuthorization: Bearer ${HELD}\r\n`;
    const socket = await opened(bench.scaler.url, `GET ${LIST} HTTP/1.1\r\n${head}\r\n`);
    await held.begun;
    const stopped = tookMs(() => bench.scaler.stop());
    held.release();
    let text = "";
    for await (const chunk of socket) text += String(chunk);
    expect(text).toMatch(/^HTTP\/1\.1 401 (?:.|\r\n)*connection: close\r\n/i);
    expect(await stopped).toBeLessThan(AT_ONCE_MS);
    await bench.stop();
  });
});

/** Knows nobody, and says so when it is let. */
function heldBack() {
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const authenticate = async ({ bearer }: { readonly bearer?: string }): Promise<undefined> => {
    if (bearer !== HELD) return;
    begin();
    await released;
  };
  return { authenticator: { authenticate }, begun, release: () => release() };
}

/** A connection over which the server has got what it was sent. */
async function opened(url: string, text: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(text);
  await fetch(`${url}/healthz`);
  return socket;
}

async function tookMs(act: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await act();
  return performance.now() - startMs;
}
