import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { outboundProxy } from "./outbound-proxy.ts";

/** Stands for a pod and for whatever the host's own proxy leads to: tells what it was asked. */
const origin = createServer((request, response) => {
  response.end(`${request.method} ${request.url} of ${request.headers.host}`);
});
origin.on("connect", (request, socket) => {
  const isKnown = request.url === "pypi.org:443";
  socket.end(`HTTP/1.1 ${isKnown ? 200 : 407} Answer\r\n\r\n${request.headers["proxy-authorization"]}`);
});

describe("outboundProxy()", () => {
  let direct: number;
  let chained: number;
  const servers: Server[] = [origin];
  const end = new AbortController();
  const { signal } = end;

  beforeAll(async () => {
    const port = await listen(origin);
    const dialPod = async () => connect({ host: "127.0.0.1", port });
    const upstream = { httpsProxy: `http://me:pass@127.0.0.1:${port}`, httpProxy: `127.0.0.1:${port}` };
    servers.push(outboundProxy({ dialPod, signal }), outboundProxy({ dialPod, upstream, signal }));
    [direct = 0, chained = 0] = await Promise.all(servers.slice(1).map(listen));
  });

  afterAll(() => {
    end.abort();
    for (const server of servers) server.close();
  });

  it("serves the address of a pod even if the program should not have asked", async () => {
    const answer = await say(
      direct,
      "GET http://10.244.1.7:8265/api?x=1 HTTP/1.1\r\nHost: 10.244.1.7:8265\r\n",
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 .*GET \/api\?x=1 of 10\.244\.1\.7:8265/s);
    const tunnel = "CONNECT 10.244.1.7:8265 HTTP/1.1\r\n\r\nGET /through HTTP/1.0\r\nHost: pod\r\n";
    expect(await say(direct, tunnel)).toMatch(
      /200 Connection established\r\n\r\nHTTP.*GET \/through of pod/s,
    );
  });

  it("goes on through the host's own proxy", async () => {
    expect(await say(chained, "GET http://pypi.org/simple HTTP/1.1\r\nHost: pypi.org\r\n")).toContain(
      "GET http://pypi.org/simple of pypi.org",
    );
    const credentials = Buffer.from("me:pass").toString("base64");
    expect(await say(chained, "CONNECT pypi.org:443 HTTP/1.1\r\n")).toBe(
      `HTTP/1.1 200 Connection established\r\n\r\nBasic ${credentials}`,
    );
    expect(await say(chained, "CONNECT other.org:443 HTTP/1.1\r\n")).toMatch(
      /^HTTP\/1\.1 502 .*answers 407/s,
    );
  });

  it("keeps pods away from the host's loopback and from the cloud's metadata service", async () => {
    for (const host of ["localhost", "127.0.0.1", "[::1]", "a.localhost", "0.0.0.0", "169.254.169.254"]) {
      expect(await say(direct, `CONNECT ${host}:22 HTTP/1.1\r\n`)).toMatch(/^HTTP\/1\.1 403 /);
      expect(await say(direct, `GET http://${host}:22/ HTTP/1.1\r\nHost: x\r\n`)).toMatch(/^HTTP\/1\.1 403 /);
    }
  });

  it("says what it cannot understand or reach", async () => {
    expect(await say(direct, "GET /no-proxy-request HTTP/1.1\r\nHost: x\r\n")).toMatch(/^HTTP\/1\.1 502 /);
    expect(await say(direct, "CONNECT nowhere.invalid:443 HTTP/1.1\r\n")).toMatch(
      /^HTTP\/1\.1 502 .*Cannot reach/s,
    );
  });
});

async function say(port: number, words: string): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port });
  socket.write(`${words}Connection: close\r\n\r\n`);
  return await text(socket);
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
