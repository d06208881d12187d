import { once } from "node:events";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { expect, it } from "vitest";
import { startTestServer, type TestServer } from "../testing/test-server.ts";

/** Half of what the last replies may take. */
const AT_ONCE_MS = 1000;
const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

it.each([
  ["says nothing", ""],
  ["has sent half a head", "GET /version HTTP/1.1\r\nHo"],
  ["has sent half a body", `POST ${CONFIG_MAPS} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{`],
  ["has been answered", "GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n"],
  ["watches", `GET ${CONFIG_MAPS}?watch=true HTTP/1.1\r\nHost: localhost\r\n\r\n`],
])("a stop waits for no connection that %s", async (_what, text) => {
  const server = await startTestServer();
  const { ca, cert, key } = clientTls(server);
  const socket = connectTls({ host: "localhost", port: server.port, ca, cert, key });
  await once(socket, "secureConnect");
  socket.on("error", () => undefined).resume();
  socket.write(text);
  await answered(server);
  expect(await closedWithinMs(server)).toBeLessThan(AT_ONCE_MS);
  socket.destroy();
});

it("a stop waits for no connection that does not begin with its handshake", async () => {
  const server = await startTestServer();
  const socket: Socket = connectTcp(server.port, "127.0.0.1");
  await once(socket, "connect");
  socket.on("error", () => undefined);
  await answered(server);
  expect(await closedWithinMs(server)).toBeLessThan(AT_ONCE_MS);
  socket.destroy();
});

it("a stop ends a watch over HTTP/2 well, and refuses a request of which half has come", async () => {
  const server = await startTestServer();
  const { ca, cert, key } = clientTls(server);
  const session = connectHttp2(`https://localhost:${server.port}`, { ca, cert, key });
  const watch = session.request({ ":path": `${CONFIG_MAPS}?watch=true` });
  watch.resume();
  await once(watch, "response");
  const half = session.request({ ":method": "POST", ":path": CONFIG_MAPS }, { endStream: false });
  half.write("{");
  const refused = once(half, "error");
  await pong(session);
  const ended = once(watch, "end");
  expect(await closedWithinMs(server)).toBeLessThan(AT_ONCE_MS);
  await ended;
  expect(String((await refused)[0])).toContain("NGHTTP2_REFUSED_STREAM");
});

it("a stop says farewell to sessions that rest, and waits for none", async () => {
  const server = await startTestServer();
  const session = connectHttp2(`https://localhost:${server.port}`, clientTls(server));
  await once(session, "connect");
  await pong(session);
  const farewell = once(session, "goaway");
  expect(await closedWithinMs(server)).toBeLessThan(AT_ONCE_MS);
  await farewell;
});

it("a stop is none the worse for a session that has taken its leave and keeps the line", async () => {
  const server = await startTestServer();
  const { ca, cert, key } = clientTls(server);
  const where = { host: "localhost", port: server.port, allowHalfOpen: true };
  const socket = connectTls({ ...where, ca, cert, key, ALPNProtocols: ["h2"] });
  await once(socket, "secureConnect");
  socket.on("error", () => undefined).resume();
  socket.write(Buffer.concat([PREFACE, frame(SETTINGS, ""), frame(GOAWAY, "\0".repeat(8))]));
  await once(socket, "end");
  await server.remove();
  socket.destroy();
});

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const SETTINGS = 4;
const GOAWAY = 7;

/** Of HTTP/2, about the connection itself (RFC 9113 §4.1). */
function frame(type: number, payload: string): Buffer {
  return Buffer.concat([Buffer.from([0, 0, payload.length, type, 0, 0, 0, 0, 0]), Buffer.from(payload)]);
}

function clientTls({ identity: { credentials } }: TestServer): Record<"ca" | "cert" | "key", string> {
  const { caCertificatePem: ca, admin } = credentials;
  return { ca, cert: admin.certificatePem, key: admin.keyPem };
}

/** Whatever was sent before has arrived. */
async function answered(server: TestServer): Promise<void> {
  const session = connectHttp2(`https://localhost:${server.port}`, clientTls(server));
  await once(session, "connect");
  await pong(session);
  session.destroy();
}

function pong(session: ClientHttp2Session): Promise<void> {
  return new Promise((resolve, reject) => {
    session.ping((error) => (error ? reject(error) : resolve()));
  });
}

async function closedWithinMs(server: TestServer): Promise<number> {
  const startMs = performance.now();
  await server.remove();
  return performance.now() - startMs;
}
