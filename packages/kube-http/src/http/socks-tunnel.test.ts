import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { CONFIG_MAPS } from "@heliostat/kube";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kubeHttp } from "../kube-http.ts";
import { type ServedKubernetes, servedKubernetes } from "../testing/served-kubernetes.ts";

const OPTIONS = { userAgent: "test/1" };

describe("a SOCKS 5 proxy", () => {
  let served: ServedKubernetes;
  let proxy: Server | undefined;
  const sockets = new Set<Socket>();

  beforeEach(async () => {
    served = await servedKubernetes();
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    proxy?.close();
    await served.remove();
  });

  /** What the proxy says to each message, in turn; after the last it joins both sides. */
  async function listen(script: readonly Script[]): Promise<string> {
    proxy = createServer((client) => {
      sockets.add(client);
      client.on("error", () => client.destroy());
      let turn = 0;
      client.on("data", function answer(message: Buffer) {
        const reply = script[turn]?.(message);
        turn += 1;
        if (!reply) return void client.destroy();
        if (turn < script.length) return void client.write(reply);
        client.off("data", answer);
        const target = connect(Number(new URL(served.url).port), "127.0.0.1", () => client.write(reply));
        sockets.add(target);
        target.on("error", () => client.destroy());
        client.pipe(target).pipe(client);
      });
    });
    await new Promise<void>((resolve) => proxy?.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  }

  async function listThrough(proxyUrl: string): Promise<number> {
    const { client, close } = kubeHttp({ ...served.access, proxyUrl }, OPTIONS);
    try {
      return (await client.list(CONFIG_MAPS)).items.length;
    } finally {
      await close();
    }
  }

  it("leads to the server, without a login", async () => {
    const { port } = new URL(served.url);
    const host = await listen([
      (hello) => (hello.equals(Buffer.of(5, 1, 0)) ? Buffer.of(5, 0) : undefined),
      (request) => {
        const expected = [Buffer.of(5, 1, 0, 3, 9), Buffer.from("127.0.0.1"), portBytes(Number(port))];
        return request.equals(Buffer.concat(expected)) ? CONNECTED : undefined;
      },
    ]);
    expect(await listThrough(`socks5://${host}`)).toBe(0);
  });

  it("is told name and password when it wants them", async () => {
    const host = await listen([
      () => Buffer.of(5, 2),
      (login) => (login.toString() === "\u0001\u0002me\u0004p@ss" ? Buffer.of(1, 0) : Buffer.of(1, 1)),
      () => Buffer.concat([Buffer.of(5, 0, 0, 3, 4), Buffer.from("name"), portBytes(1)]),
    ]);
    expect(await listThrough(`socks5://me:p%40ss@${host}`)).toBe(0);
    await expect(listThrough(`socks5://me:wrong@${host}`)).rejects.toThrow("refuses the password");
  });

  it.each<[string, readonly Script[]]>([
    ["accepts no login of ours", [() => Buffer.of(5, 0xff), () => CONNECTED]],
    ["cannot reach 127.0.0.1", [() => Buffer.of(5, 0), () => Buffer.of(5, 5, 0, 1), () => CONNECTED]],
    ["has hung up", [() => undefined, () => CONNECTED]],
  ])("that %s makes the server Unavailable", async (message, script) => {
    const host = await listen(script);
    await expect(listThrough(`socks5://${host}`)).rejects.toMatchObject({
      reason: "Unavailable",
      message: expect.stringContaining(message),
    });
  });
});

type Script = (message: Buffer) => Buffer | undefined;

const CONNECTED = Buffer.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0);

function portBytes(port: number): Buffer {
  return Buffer.of(port >> 8, port & 0xff);
}
