import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer as plainServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";
import { HandClock } from "@heliostat/kube/testing";
import { loadServerIdentity } from "@heliostat/kube-embedded";
import { afterEach, describe, expect, it } from "vitest";
import { securedSocket } from "./secured-socket.ts";

describe("securedSocket()", () => {
  let server: Server | undefined;
  const giveUp = new AbortController();

  afterEach(() => server?.close());

  it("speaks TLS with a server that nobody vouches for", async () => {
    const folder = mkdtempSync(join(tmpdir(), "secured-"));
    const { certificatePem: cert, keyPem: key } = loadServerIdentity(folder, new HandClock()).credentials
      .server;
    rmSync(folder, { recursive: true });
    const port = await listening(createServer({ cert, key }, (socket) => socket.end("hello")));
    const socket = await securedSocket(connect(port, "127.0.0.1"), giveUp.signal);
    expect(String((await once(socket, "data"))[0])).toBe("hello");
    socket.destroy();
  });

  it("is refused by a server that speaks something else", async () => {
    const port = await listening(plainServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")));
    await expect(securedSocket(connect(port, "127.0.0.1"), giveUp.signal)).rejects.toThrow();
  });

  it("does not wait for a server that says nothing", async () => {
    const port = await listening(plainServer());
    const secured = securedSocket(connect(port, "127.0.0.1"), giveUp.signal);
    giveUp.abort();
    await expect(secured).rejects.toThrow("connection closed");
  });

  async function listening(made: Server): Promise<number> {
    server = made;
    await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
    return (made.address() as AddressInfo).port;
  }
});
