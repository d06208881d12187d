import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { BlockList, connect, isIP, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { isPodIp } from "../pod-network.ts";
import { splice } from "../wire/splice.ts";
import { type UpstreamProxy, upstreamFor } from "./upstream-proxy.ts";

export interface OutboundProxyOptions {
  /** The proxies that the host itself has to use. @default none */
  readonly upstream?: UpstreamProxy;
  /** Connect to a pod: not every program knows how to exempt a range of addresses from its proxy. */
  readonly dialPod: (ip: string, port: number) => Promise<Socket>;
  /** Ends every connection that the proxy has made. */
  readonly signal: AbortSignal;
}

/** A destination that does not answer must not keep a pod waiting for minutes. */
const CONNECT_TIMEOUT_MS = 10_000;

/** What pods have no business with: the host's own loopback, and the cloud's metadata service beside it. */
const FORBIDDEN = new BlockList();
FORBIDDEN.addSubnet("127.0.0.0", 8);
FORBIDDEN.addSubnet("0.0.0.0", 8);
FORBIDDEN.addSubnet("169.254.0.0", 16);
FORBIDDEN.addAddress("::1", "ipv6");
FORBIDDEN.addAddress("::", "ipv6");
FORBIDDEN.addSubnet("fe80::", 10, "ipv6");

/** A proxy on the host's network for pods, which have none: `CONNECT` for TLS, whole requests for plain HTTP. */
export function outboundProxy(options: OutboundProxyOptions): Server {
  const server = createServer((incoming, response) => void pass(options, incoming, response));
  server.on("connect", (incoming, client, head) => void tunnel(options, { incoming, client, head }));
  return server;
}

interface Tunnel {
  readonly incoming: IncomingMessage;
  readonly client: Duplex;
  readonly head: Buffer;
}

async function tunnel(options: OutboundProxyOptions, { incoming, client, head }: Tunnel): Promise<void> {
  client.on("error", () => client.destroy());
  try {
    const { hostname, port } = new URL(`tcp://${incoming.url}`);
    const upstream = await dial(options, { scheme: "https", host: hostname, port: Number(port) || 443 });
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    upstream.write(head);
    splice(client, upstream);
  } catch (error) {
    const { code, text } = refusal(error);
    client.end(`HTTP/1.1 ${code} Refused\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n${text}\n`);
  }
}

async function pass(
  options: OutboundProxyOptions,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const url = new URL(incoming.url ?? "");
    const target = { scheme: "http", host: url.hostname, port: Number(url.port) || 80 } as const;
    const { "proxy-connection": _, ...headers } = incoming.headers;
    const proxy = upstreamFor(options.upstream, target);
    const socket = proxy ? await openProxy(proxy, options) : await dial(options, target);
    const path = proxy ? url.href : url.pathname + url.search;
    const forwarded = request({
      createConnection: () => socket,
      method: incoming.method ?? "GET",
      path,
      headers,
    });
    forwarded.on("error", (error) => refuse(response, error));
    forwarded.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    response.on("close", () => forwarded.destroy());
    incoming.pipe(forwarded);
  } catch (error) {
    refuse(response, error);
  }
}

interface Target {
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly port: number;
}

async function dial(options: OutboundProxyOptions, target: Target): Promise<Socket> {
  const { host, port } = target;
  if (isForbidden(host))
    throw new Refusal(`Cannot connect to "${host}": it is the host's own, and not for pods`);
  if (isPodIp(host)) return await options.dialPod(host, port);
  const proxy = upstreamFor(options.upstream, target);
  return proxy ? await throughProxy(proxy, target, options.signal) : await open(options, target);
}

function isForbidden(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "").toLowerCase();
  const family = isIP(name);
  if (family === 0) return name === "localhost" || name.endsWith(".localhost");
  return FORBIDDEN.check(name, family === 6 ? "ipv6" : "ipv4");
}

/** The proxy's own no, as opposed to a network that does not answer. */
class Refusal extends Error {}

/** A name that resolves to a forbidden address is refused as well. */
function open({ signal }: OutboundProxyOptions, { host, port }: Target): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const address = { host: host.replace(/^\[|\]$/g, ""), port };
    const socket = connect({ ...address, blockList: FORBIDDEN, allowHalfOpen: true, signal });
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error("it does not answer")));
    socket.once("connect", () => resolve(socket.setTimeout(0))).on("error", reject);
  });
}

function openProxy(proxy: URL, { signal }: OutboundProxyOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: proxy.hostname, port: portOf(proxy), allowHalfOpen: true, signal });
    socket.once("connect", () => resolve(socket)).on("error", reject);
  });
}

function throughProxy(proxy: URL, { host, port }: Target, signal: AbortSignal): Promise<Socket> {
  const headers = proxy.username === "" ? {} : { "Proxy-Authorization": `Basic ${credentials(proxy)}` };
  return new Promise((resolve, reject) => {
    const asked = request({
      ...{ host: proxy.hostname, port: portOf(proxy), method: "CONNECT", path: `${host}:${port}` },
      headers,
      signal,
    });
    asked.on("error", reject).on("connect", ({ statusCode }, socket, head) => {
      if (statusCode === 200) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(new Error(`the proxy ${proxy.host} answers ${statusCode}`));
    });
    asked.end();
  });
}

function credentials({ username, password }: URL): string {
  return Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64");
}

function portOf({ port }: URL): number {
  return Number(port) || 80;
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { code, text } = refusal(error);
  response.writeHead(code, { "Content-Type": "text/plain" }).end(`${text}\n`);
}

function refusal(error: unknown): { readonly code: number; readonly text: string } {
  if (error instanceof Refusal) return { code: 403, text: error.message };
  const why = error instanceof Error ? error.message : String(error);
  return { code: 502, text: `Cannot reach the destination: ${why}` };
}
