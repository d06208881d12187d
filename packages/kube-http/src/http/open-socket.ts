import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { openSocksTunnel } from "./socks-tunnel.ts";

/** The way to a server. */
export interface SocketRoute {
  readonly target: URL;
  /** Used where the target is `https`. */
  readonly tls: ConnectionOptions;
  /** `http://user:password@proxy:3128`, or `https`, or `socks5`: a tunnel leads through it. */
  readonly proxy?: string;
}

const SOCKS_PORT = 1080;
const CONNECT_WITHIN_MS = 10_000;

/** Finds out on its own that a server has vanished, where no data would tell. */
const KEEP_ALIVE_AFTER_MS = 30_000;

/** A socket to the target, ready for HTTP: connected, through the proxy, with TLS done. @throws Error of Node's */
export async function openSocket({ target, tls, proxy }: SocketRoute): Promise<Socket> {
  const timeout = AbortSignal.timeout(CONNECT_WITHIN_MS);
  try {
    const socket = proxy
      ? await throughProxy(new URL(proxy), target, timeout)
      : await direct(target, timeout);
    socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_AFTER_MS);
    return target.protocol === "https:" ? await secured(socket, { target, tls, timeout }) : socket;
  } catch (cause) {
    if (!timeout.aborted) throw cause;
    throw Object.assign(new Error(`no connection within ${CONNECT_WITHIN_MS / 1000} s`, { cause }), {
      code: "ETIMEDOUT",
    });
  }
}

async function direct(target: URL, signal: AbortSignal): Promise<Socket> {
  const socket = connectTcp({ host: hostOf(target), port: portOf(target) });
  return established(socket, "connect", signal);
}

async function secured(
  socket: Socket,
  { target, tls, timeout }: { target: URL; tls: ConnectionOptions; timeout: AbortSignal },
): Promise<Socket> {
  const host = hostOf(target);
  // A certificate is asked for by name only: an address is no server name (RFC 6066).
  const servername = tls.servername ?? (isIP(host) ? undefined : host);
  const options = { ...tls, socket, host, ...(servername !== undefined && { servername }) };
  return established(connectTls({ ...options, ALPNProtocols: ["http/1.1"] }), "secureConnect", timeout);
}

async function throughProxy(proxy: URL, target: URL, signal: AbortSignal): Promise<Socket> {
  if (/^socks5h?:$/.test(proxy.protocol)) return throughSocks(proxy, target, signal);
  if (!/^https?:$/.test(proxy.protocol)) {
    const kind = proxy.protocol.slice(0, -1);
    throw new Error(`a proxy of kind "${kind}" is not supported, only http, https and socks5`);
  }
  const authority = `${target.hostname}:${portOf(target)}`;
  const request = (proxy.protocol === "https:" ? requestHttps : requestHttp)({
    method: "CONNECT",
    host: hostOf(proxy),
    port: portOf(proxy),
    path: authority,
    agent: false,
    headers: { host: authority, ...authorizationFor(proxy) },
  });
  request.end();
  const [response, socket] = await connected(request, signal);
  if (response.statusCode === 200) return socket;
  socket.destroy();
  throw new Error(`the proxy ${proxy.host} answered ${response.statusCode}`);
}

async function connected(
  request: ClientRequest,
  signal: AbortSignal,
): Promise<[response: IncomingMessage, socket: Socket]> {
  try {
    return (await once(request, "connect", { signal })) as [IncomingMessage, Socket];
  } catch (error) {
    request.on("error", () => undefined).destroy();
    throw error;
  }
}

async function throughSocks(proxy: URL, target: URL, signal: AbortSignal): Promise<Socket> {
  const socket = connectTcp({ host: hostOf(proxy), port: Number(proxy.port || SOCKS_PORT) });
  await established(socket, "connect", signal);
  const login = proxy.username
    ? { username: decodeURIComponent(proxy.username), password: decodeURIComponent(proxy.password) }
    : {};
  try {
    await openSocksTunnel(socket, { host: hostOf(target), port: portOf(target), ...login }, signal);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function authorizationFor({ username, password }: URL): Readonly<Record<string, string>> {
  if (!username) return {};
  const secret = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(secret).toString("base64")}` };
}

async function established<T extends Socket>(socket: T, event: string, signal: AbortSignal): Promise<T> {
  try {
    await once(socket, event, { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

function portOf({ protocol, port }: URL): number {
  return Number(port || (protocol === "https:" ? 443 : 80));
}
