import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { create } from "@bufbuild/protobuf";
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import { ListClustersRequestSchema, ListClustersResponseSchema } from "@heliostat/proto";
import { expect, test } from "vitest";
import { GrpcCaller } from "./testing/grpc-caller.ts";
import { served, TOKEN } from "./testing/served-handlers.ts";
import { servedWorld } from "./testing/served-world.ts";

/** Far below the time that calls have to end. */
const AT_ONCE_MS = 2000;
const LIST = "/apis/v1/namespaces/n/clusters";
const HEAD = `Host: x\r\nAuthorization: Bearer ${TOKEN}\r\n`;

test.each([
  ["has sent nothing", ""],
  ["has sent half a head", `GET ${LIST} HTTP/1.1\r\nHo`],
  ["has sent no body", `POST ${LIST} HTTP/1.1\r\n${HEAD}Content-Length: 10\r\n\r\n`],
  ["has sent half a body", `POST ${LIST} HTTP/1.1\r\n${HEAD}Content-Length: 10\r\n\r\n{"a"`],
  [
    "has sent half a chunked body",
    `POST ${LIST} HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\n{"a`,
  ],
  [
    "asks before it sends",
    `POST ${LIST} HTTP/1.1\r\n${HEAD}Content-Length: 10\r\nExpect: 100-continue\r\n\r\n`,
  ],
  ["has been answered", `GET ${LIST} HTTP/1.1\r\n${HEAD}\r\n`],
  ["has been refused before its body came", `POST /nowhere HTTP/1.1\r\n${HEAD}Content-Length: 10\r\n\r\n`],
  ["watches", `GET /apis/ray.io/v1/namespaces/n/rayclusters?watch=true HTTP/1.1\r\n${HEAD}\r\n`],
  ["is told of changes", `GET /apis/v1/namespaces/n/clusters:watch HTTP/1.1\r\n${HEAD}\r\n`],
  [
    "is about to leave HTTP",
    `GET /api/v1/namespaces/n/services/s/proxy/ HTTP/1.1\r\n${HEAD}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  ],
])("a stop waits for no connection that %s", async (_what, text) => {
  const world = await servedWorld();
  const socket = await opened(world.server.httpUrl, text);
  expect(await tookMs(() => world.server.stop())).toBeLessThan(AT_ONCE_MS);
  if (!socket.closed) await once(socket, "close");
  await world.stop();
});

test("a request that is being worked on is answered, and its connection is the last of its caller's", async () => {
  const { begun, release, server } = await slow();
  const agent = new Agent({ keepAlive: true });
  const headers = { authorization: `Bearer ${TOKEN}` };
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    get(`${server.httpUrl}${LIST}`, { agent, headers }, resolve).on("error", reject);
  });
  await begun;
  const stopped = server.stop();
  release();
  const answer = await answered;
  answer.resume();
  expect([answer.statusCode, answer.headers.connection]).toEqual([200, "close"]);
  expect(await tookMs(() => stopped)).toBeLessThan(AT_ONCE_MS);
  agent.destroy();
});

test("a call that is being worked on is answered over gRPC", async () => {
  const { begun, release, server } = await slow();
  const caller = new GrpcCaller(server.grpcAddress);
  const list = [ListClustersRequestSchema, { namespace: "n" }, ListClustersResponseSchema] as const;
  const answered = caller.call("/proto.ClusterService/ListCluster", list);
  await begun;
  const stopped = server.stop();
  release();
  expect(await answered).toMatchObject({ clusters: [] });
  expect(await tookMs(() => stopped)).toBeLessThan(AT_ONCE_MS);
  caller.close();
});

test.each([
  ["health", "/grpc.health.v1.Health/Watch"],
  ["reflection", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"],
])("a stop ends the stream of %s", async (_what, path) => {
  const server = await served(() => undefined);
  const client = new Client(server.grpcAddress, credentials.createInsecure());
  const call = client.makeBidiStreamRequest(path, Buffer.from, (bytes) => bytes);
  call.on("data", () => undefined);
  call.on("error", () => undefined);
  const status = once(call, "status");
  // Of reflection: which services there are. Only there may more questions follow.
  if (path.endsWith("Info")) call.write(Buffer.from([0x3a, 0]));
  else {
    call.write(Buffer.alloc(0));
    call.end();
  }
  await once(call, "data");
  expect(await tookMs(() => server.stop())).toBeLessThan(AT_ONCE_MS);
  expect((await status)[0] as ServiceError).toMatchObject({ code: 0 });
  client.close();
});

test("a stop waits for no gRPC call whose message never comes, nor for a connection that says nothing", async () => {
  const server = await served(() => undefined);
  const silent = await opened(`http://${server.grpcAddress}`, "");
  const session = connectHttp2(`http://${server.grpcAddress}`);
  await once(session, "connect");
  const call = session.request({
    ":method": "POST",
    ":path": "/proto.ClusterService/ListCluster",
    "content-type": "application/grpc",
    te: "trailers",
  });
  call.on("error", () => undefined);
  call.write(Buffer.from([0, 0]));
  await new Promise<void>((resolve, reject) => {
    session.ping((error) => (error ? reject(error) : resolve()));
  });
  expect(await tookMs(() => server.stop())).toBeLessThan(AT_ONCE_MS);
  session.destroy();
  silent.destroy();
});

/** A server that answers when it is let. */
async function slow() {
  const begun = new EventTarget();
  const isBegun = once(begun, "begun");
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const server = await served(async ({ output }) => {
    begun.dispatchEvent(new Event("begun"));
    await released;
    return create(output);
  });
  return { server, begun: isBegun, release: () => release() };
}

/** A connection over which the server has got what it was sent. */
async function opened(url: string, text: string): Promise<Socket> {
  const { port } = new URL(url);
  const socket = connect(Number(port), "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(text);
  // What is answered is answered; of the rest another request over the same loopback shows that it has arrived.
  await fetch(`${url}/healthz`).catch(() => undefined);
  socket.resume();
  return socket;
}

async function tookMs(act: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await act();
  return performance.now() - startMs;
}
