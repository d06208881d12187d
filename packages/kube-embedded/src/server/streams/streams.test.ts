import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { callApi, openStream } from "../../testing/api-caller.ts";
import type { ScriptedSession } from "../../testing/scripted-node.ts";
import { startTestServer, type TestServer } from "../../testing/test-server.ts";

const POD = "/api/v1/namespaces/default/pods/p";
let server: TestServer;

beforeEach(async () => {
  server = await startTestServer();
  await server.givenRunningPod();
});
afterEach(() => server.remove());

describe("pods/log", () => {
  it("passes on what the container wrote, with the options that were asked for", async () => {
    server.node.lines = ["one\n", "two\n"];
    const answer = await callApi(server, `${POD}/log?tailLines=5&timestamps=true`);
    expect(answer).toMatchObject({ status: 200, text: "one\ntwo\n" });
    expect(answer.headers["content-type"]).toBe("text/plain");
    expect(server.node.logOptions[0]).toMatchObject({ tailLines: 5, timestamps: true, follow: false });
  });

  it("stays while it follows, and tells the node when the reader has gone", async () => {
    const response = await openStream(server, `${POD}/log?follow=true`);
    expect(String((await once(response, "data"))[0])).toBe("hello\n");
    const { signal } = server.node.logOptions[0] ?? {};
    expect(signal?.aborted).toBe(false);
    response.destroy();
    if (!signal?.aborted) await once(signal as AbortSignal, "abort");
  });

  it("has nothing of a pod that has no node, and refuses one that has not started", async () => {
    const pod = { apiVersion: "v1", kind: "Pod", spec: { containers: [{ name: "main", image: "x" }] } };
    await server.given({ ...pod, metadata: { name: "unbound", namespace: "default" } });
    expect((await callApi(server, POD.replace("/p", "/unbound").concat("/log"))).status).toBe(404);
    expect((await callApi(server, "/api/v1/namespaces/default/pods/unbound/log")).status).toBe(204);
    const bound = { ...pod.spec, nodeName: "laptop" };
    await server.given({ ...pod, spec: bound, metadata: { name: "waiting", namespace: "default" } });
    expect(await callApi(server, "/api/v1/namespaces/default/pods/waiting/log")).toMatchObject({
      status: 400,
      json: { message: 'container "main" in pod "waiting" is not available' },
    });
  });
});

describe("pods/exec", () => {
  const command = "command=cat&stdin=true&stdout=true&stderr=true";

  it("carries input, output and the exit code", async () => {
    server.node.run = (options, session) => {
      expect(options.command).toEqual(["cat"]);
      void echo(session);
    };
    const { messages, socket } = await exec(command);
    socket.send(channel(4, '{"Width":80,"Height":24}'));
    socket.send(channel(0, "hello"));
    socket.send(Buffer.of(255, 0));
    const [code] = await once(socket, "close");
    expect(code).toBe(1000);
    expect(messages).toEqual([
      [1, ""],
      [1, "80x24:hello"],
      [2, "bye"],
      [3, expect.stringContaining('"reason":"ExitCode","message":"3"')],
    ]);
  });

  it("ends the command when the caller goes away", async () => {
    const started = new Promise<ScriptedSession>((resolve) => {
      server.node.run = (_options, session) => resolve(session);
    });
    const { socket } = await exec(command);
    const session = await started;
    socket.terminate();
    expect(await session.exitCode).toBe(137);
  });

  it("is refused before the handshake when the request makes no sense", async () => {
    expect(await refusal(`${POD}/exec?stdout=true`)).toMatchObject({
      message: "you must specify at least one command for the container",
    });
    expect(await refusal(`${POD}/exec?command=x`)).toMatchObject({
      message: "you must specify at least 1 of stdin, stdout, stderr",
    });
    expect(await refusal(`${POD}/exec?${command}&container=no`)).toMatchObject({
      message: "container no is not valid for pod p",
    });
    expect(await refusal("/api/v1/namespaces/default/pods/q/exec?command=x&stdout=true")).toMatchObject({
      code: 404,
    });
  });

  it("is refused to who asks for a way that is not spoken here", async () => {
    const call = { method: "POST", headers: { connection: "Upgrade", upgrade: "SPDY/3.1" } };
    expect(await callApi(server, `${POD}/exec?${command}`, call)).toMatchObject({
      status: 400,
      json: { message: expect.stringContaining("SPDY/3.1 with the protocols v4.channel.k8s.io") },
    });
    expect((await callApi(server, `${POD}/exec?${command}`)).json).toMatchObject({
      message: "Upgrade request required",
    });
  });
});

describe("pods/attach", () => {
  it("gives input and takes output, and ends well however the container ends", async () => {
    server.node.join = (options, session) => {
      expect(options).toMatchObject({ stdin: true, tty: false });
      void echo(session);
    };
    const { messages, socket } = await converse(`${POD}/attach?stdin=true&stdout=true&stderr=true`);
    socket.send(channel(0, "hi"));
    socket.send(Buffer.of(255, 0));
    await once(socket, "close");
    expect(messages).toEqual([
      [1, ""],
      [1, ":hi"],
      [2, "bye"],
      [3, '{"metadata":{},"status":"Success"}'],
    ]);
  });

  it("lets go of the container when the caller goes away", async () => {
    const joined = new Promise<ScriptedSession>((resolve) => {
      server.node.join = (_options, session) => resolve(session);
    });
    const { socket } = await converse(`${POD}/attach?stdout=true`);
    socket.terminate();
    expect(await (await joined).exitCode).toBe(0);
  });
});

describe("watch over a WebSocket", () => {
  it("sends one message an event, as text", async () => {
    const socket = webSocket("/api/v1/namespaces/default/configmaps?watch=true", []);
    const messages: unknown[] = [];
    socket.on("message", (data: Buffer, isBinary) => messages.push([isBinary, JSON.parse(data.toString())]));
    await once(socket, "open");
    const told = once(socket, "message");
    const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "m", namespace: "default" } };
    await server.given({ ...map, data: { text: "two\nlines" } });
    await told;
    expect(messages).toEqual([
      [false, { type: "ADDED", object: expect.objectContaining({ data: { text: "two\nlines" } }) }],
    ]);
    socket.terminate();
  });

  it("is refused like any watch", async () => {
    expect(await refusal("/api/v1/namespaces/default/nothings?watch=true")).toContain("404");
  });
});

describe("proxies", () => {
  it("pass a request on to a port of the pod, without the caller's credentials", async () => {
    let seen = "";
    server.node.respond = (port, request) => {
      seen = `${port} ${request}`;
      return "HTTP/1.1 201 Created\r\nContent-Type: text/html\r\nContent-Length: 4\r\nX-Own: 1\r\n\r\npage";
    };
    const authorization = `Bearer ${server.identity.credentials.adminToken}`;
    const answer = await callApi(server, `${POD}:9000/proxy/a%20b?q=%20`, { headers: { authorization } });
    expect(answer).toMatchObject({
      status: 201,
      text: "page",
      headers: { "x-own": "1", "content-type": "text/html" },
    });
    expect(seen).toMatch(/^9000 GET \/a%20b\?q=%20 HTTP\/1\.1/);
    expect(seen).toContain("host: 10.244.0.2:9000");
    expect(seen).not.toContain("authorization");
  });

  it("find a ready pod behind a service, by its named port", async () => {
    let port = 0;
    server.node.respond = (asked) => {
      port = asked;
      return "HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n";
    };
    const ports = [{ name: "web", port: 80, targetPort: "http" }];
    await server.given({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "s", namespace: "default" },
      spec: { selector: { app: "web" }, ports },
    });
    const root = "/api/v1/namespaces/default/services/s:web/proxy";
    const { status, headers } = await callApi(server, `${root}/`);
    expect({ status, port, location: headers.location }).toEqual({
      status: 302,
      port: 8080,
      location: `${root}/login`,
    });
    expect((await callApi(server, root)).headers.location).toBe(`${root}/`);
  });

  it("pass on bodies of any length, as they come", async () => {
    const web = createServer((request, response) => request.pipe(response));
    await servedBy(web);
    const body = "x".repeat(4_000_000);
    const answer = await callApi(server, `${POD}:9000/proxy/`, { method: "POST", body });
    expect(answer.status).toBe(200);
    expect(answer.text === body).toBe(true);
    web.close();
  });

  it("hand a WebSocket through to the pod", async () => {
    const web = createServer();
    new WebSocketServer({ server: web, path: "/socket" }).on("connection", (peer, request) => {
      peer.on("message", (data) => peer.send(`${request.headers.authorization} ${data}`));
    });
    await servedBy(web);
    const socket = webSocket(`${POD}:9000/proxy/socket`, []);
    await once(socket, "open");
    socket.send("hi");
    expect(String((await once(socket, "message"))[0])).toBe("undefined hi");
    socket.close();
    await once(socket, "close");
    web.close();
  });

  it("say what they cannot reach", async () => {
    expect(await callApi(server, `${POD}:9/proxy/`)).toMatchObject({
      status: 503,
      json: { reason: "ServiceUnavailable" },
    });
    expect(await callApi(server, POD.replace("/p", "/https:p:1/proxy/"))).toMatchObject({ status: 404 });
    expect(await callApi(server, "/api/v1/namespaces/default/pods/https:p:1/proxy/")).toMatchObject({
      status: 400,
    });
    server.node.respond = () => "this is not HTTP\r\n\r\n";
    expect(await callApi(server, `${POD}:1/proxy/`)).toMatchObject({ status: 503 });
  });
});

/** What a shell that repeats its input would do. */
async function echo(session: ScriptedSession): Promise<void> {
  let input = "";
  for await (const chunk of session.input) input += Buffer.from(chunk).toString();
  session.out(`${session.sizes.join()}:${input}`);
  await new Promise((resolve) => setImmediate(resolve));
  session.err("bye");
  session.exit(3);
}

function channel(number: number, text: string): Buffer {
  return Buffer.concat([Buffer.of(number), Buffer.from(text)]);
}

type Conversation = { readonly messages: readonly (readonly [number, string])[]; readonly socket: WebSocket };

function exec(query: string): Promise<Conversation> {
  return converse(`${POD}/exec?${query}`);
}

async function converse(path: string): Promise<Conversation> {
  const socket = webSocket(path);
  const messages: (readonly [number, string])[] = [];
  socket.on("message", (data: Buffer) => messages.push([data[0] ?? -1, data.subarray(1).toString()]));
  await once(socket, "open");
  return { messages, socket };
}

async function refusal(path: string): Promise<unknown> {
  const socket = webSocket(path);
  socket.on("error", () => undefined);
  const [, response] = await once(socket, "unexpected-response");
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  socket.terminate();
  const text = Buffer.concat(chunks).toString();
  return text.startsWith("{") ? JSON.parse(text) : text;
}

/** Every connection into the pod goes to this server. */
async function servedBy(web: Server): Promise<void> {
  await once(web.listen(0, "127.0.0.1"), "listening");
  const { port } = web.address() as AddressInfo;
  server.node.connect = async () => {
    const socket = connect(port, "127.0.0.1");
    return {
      output: socket,
      write: (chunk) => void socket.write(chunk),
      end: () => void socket.end(),
      destroy: () => void socket.destroy(),
    };
  };
}

const CHANNELS = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

function webSocket(path: string, subprotocols: readonly string[] = CHANNELS): WebSocket {
  const { caCertificatePem, admin } = server.identity.credentials;
  return new WebSocket(`wss://127.0.0.1:${server.port}${path}`, [...subprotocols], {
    ca: caCertificatePem,
    cert: admin.certificatePem,
    key: admin.keyPem,
  });
}
