import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HttpGet } from "../http-get.ts";
import { nodeHttpGet } from "./http-get.ts";

describe("nodeHttpGet()", () => {
  let server: Server;
  let url: string;
  let seen: string[];
  let get: HttpGet;

  beforeEach(async () => {
    seen = [];
    get = nodeHttpGet();
    server = createServer((request, response) => {
      seen.push(`${request.url} ${request.headers["x-domino-api-key"]}`);
      if (request.url === "/away") response.writeHead(302, { location: `${url}/stolen` }).end();
      else if (request.url === "/long") response.end("x".repeat(2 ** 20 + 1));
      else response.end("hello");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const headers = { "x-domino-api-key": "k" };

  it("gets, and follows no redirect with somebody's key", async () => {
    expect(await get(`${url}/`, { headers })).toEqual({ status: 200, text: "hello" });
    expect(await get(`${url}/away`, { headers })).toMatchObject({ status: 302 });
    expect(seen).toEqual(["/ k", "/away k"]);
  });

  it("reads no endless answer", async () => {
    await expect(get(`${url}/long`, { headers })).rejects.toThrow(/longer than/);
  });

  it("goes through a proxy where there is one on the way", async () => {
    const tunnels: string[] = [];
    const proxy = createServer((request, response) => {
      tunnels.push(`GET ${request.url}`);
      response.end("from the proxy");
    }).listen(0, "127.0.0.1");
    proxy.on("connect", ({ url: target = "" }, socket) => {
      tunnels.push(`CONNECT ${target}`);
      const [host = "", port = ""] = target.split(":");
      const behind = connect(Number(port), host, () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        socket.pipe(behind).pipe(socket);
      });
    });
    await once(proxy, "listening");
    const proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const through = nodeHttpGet({ proxyOf: (target) => (target.pathname === "/" ? proxyUrl : undefined) });
    expect(await through(`${url}/direct`, { headers })).toMatchObject({ text: "hello" });
    expect(tunnels).toEqual([]);
    expect((await through(`${url}/`, { headers })).status).toBe(200);
    expect(tunnels).toHaveLength(1);
    proxy.closeAllConnections();
    proxy.close();
  });

  it("ends when told", async () => {
    await expect(get(`${url}/`, { headers, signal: AbortSignal.abort() })).rejects.toThrow();
  });
});
