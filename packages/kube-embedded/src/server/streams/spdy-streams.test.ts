import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type TLSSocket } from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { callApi } from "../../testing/api-caller.ts";
import type { ScriptedSession } from "../../testing/scripted-node.ts";
import { type SentFrame, SpdyClientBytes, sentFrames, sentText } from "../../testing/spdy-client.ts";
import { startTestServer, type TestServer } from "../../testing/test-server.ts";
import { dataFrame } from "../spdy/frames.ts";

const POD = "/api/v1/namespaces/default/pods/p";
const LAST = { isLast: true };
/** Machines are busy at times. */
const PATIENT = { timeout: 4000 };
let server: TestServer;

beforeEach(async () => {
  server = await startTestServer();
  await server.givenRunningPod();
});
afterEach(() => server.remove());

describe("exec over SPDY", () => {
  const query = "command=cat&stdin=true&stdout=true&stderr=true";

  it("carries input, outputs and the exit code, a stream each", async () => {
    server.node.run = async (_options, session) => {
      let input = "";
      for await (const chunk of session.input) input += Buffer.from(chunk).toString();
      session.out(`got ${input}`);
      session.err("and this");
      session.exit(3);
    };
    const client = await spdy(`${POD}/exec?${query}`, "v4.channel.k8s.io, v3.channel.k8s.io");
    expect(client.protocol).toBe("v4.channel.k8s.io");
    await client.open(1, { streamtype: "error" });
    await client.open(3, { streamtype: "stdin" });
    await client.open(5, { streamtype: "stdout" });
    await client.open(7, { streamtype: "stderr" });
    client.send(dataFrame(3, Buffer.from("words"), LAST));
    const frames = await client.untilClosed();
    expect([5, 7].map((id) => sentText(frames, id))).toEqual(["got words", "and this"]);
    expect(JSON.parse(sentText(frames, 1))).toMatchObject({
      status: "Failure",
      details: { causes: [{ reason: "ExitCode", message: "3" }] },
    });
    expect(frames.filter(({ isLast }) => isLast).map(({ streamId }) => streamId)).toEqual([1, 3, 5, 7]);
  });

  it("tells the size of the terminal", async () => {
    server.node.run = async (_options, session) => {
      while (session.sizes.length < 2) await sleep(5);
      session.out(session.sizes.join());
      session.exit(0);
    };
    const client = await spdy(`${POD}/exec?command=x&stdout=true&tty=true`, "v3.channel.k8s.io");
    await client.open(1, { streamtype: "error" });
    await client.open(3, { streamtype: "stdout" });
    await client.open(5, { streamtype: "resize" });
    client.send(dataFrame(5, Buffer.from('{"Width":80,"Hei'), { isLast: false }));
    client.send(dataFrame(5, Buffer.from('ght":24}\n{"Width":90,"Height":30}'), { isLast: false }));
    const frames = await client.untilClosed();
    expect(sentText(frames, 3)).toBe("80x24,90x30");
    expect(sentText(frames, 1)).toBe("");
  });

  it("ends the command when the client is gone", async () => {
    const begun = new Promise<ScriptedSession>((resolve) => {
      server.node.run = (_options, session) => resolve(session);
    });
    const client = await spdy(`${POD}/exec?command=x&stdout=true`, "v4.channel.k8s.io");
    await client.open(1, { streamtype: "error" });
    await client.open(3, { streamtype: "stdout" });
    const session = await begun;
    client.destroy();
    expect(await session.exitCode).toBe(137);
  });

  it("says why it cannot begin on the error stream", async () => {
    server.node.exec = () => Promise.reject(new Error("a bug"));
    const client = await spdy(`${POD}/exec?command=x&stdout=true`, "v4.channel.k8s.io");
    await client.open(1, { streamtype: "error" });
    await client.open(3, { streamtype: "stdout" });
    expect(JSON.parse(sentText(await client.untilClosed(), 1))).toMatchObject({ reason: "InternalError" });
  });
});

describe("port-forward over SPDY", () => {
  it("joins pairs of streams with connections into the pod", async () => {
    server.node.echoPorts.add(80);
    const client = await spdy(`${POD}/portforward`, "portforward.k8s.io");
    for (const [id, requestid] of [
      [1, "a"],
      [5, "b"],
    ] as const) {
      await client.open(id, { streamtype: "error", port: "80", requestid }, { flags: 1 });
      await client.open(id + 2, { streamtype: "data", port: "80", requestid });
      client.send(dataFrame(id + 2, Buffer.from(`from ${requestid}`), LAST));
    }
    const frames = await client.until((all) => all.filter(({ isLast }) => isLast).length === 4);
    expect([3, 7].map((id) => sentText(frames, id))).toEqual(["from a", "from b"]);
    expect([1, 5].map((id) => sentText(frames, id))).toEqual(["", ""]);
    client.destroy();
  });

  it("pairs by order for old clients, and says what cannot be reached", async () => {
    const client = await spdy(`${POD}/portforward`, "portforward.k8s.io");
    await client.open(1, { streamtype: "error", port: "9" });
    await client.open(3, { streamtype: "data", port: "9" });
    const frames = await client.until((all) => all.some(({ isLast, streamId }) => isLast && streamId === 1));
    expect(sentText(frames, 1)).toMatch(
      /^error forwarding port 9 to pod p, uid \S+: nothing listens on port 9$/,
    );
    client.destroy();
  });

  it("reaches what the pod keeps to itself, as a proxy does not", async () => {
    server.node.ownPorts.add(81);
    const client = await spdy(`${POD}/portforward`, "portforward.k8s.io");
    await client.open(1, { streamtype: "error", port: "81" }, { flags: 1 });
    await client.open(3, { streamtype: "data", port: "81" });
    client.send(dataFrame(3, Buffer.from("own"), LAST));
    const frames = await client.until((all) => all.some(({ isLast, streamId }) => isLast && streamId === 3));
    expect(sentText(frames, 3)).toBe("own");
    client.destroy();
    expect(await callApi(server, `${POD}:81/proxy/`)).toMatchObject({ status: 503 });
  });

  it("refuses streams that are no half of a pair", async () => {
    const client = await spdy(`${POD}/portforward`, "portforward.k8s.io");
    await client.open(1, { streamtype: "error" });
    await client.open(3, { streamtype: "error", port: "70000" });
    await client.open(5, { streamtype: "data", port: "no" });
    await client.open(7, { streamtype: "other", port: "1" });
    const frames = await client.until((all) => all.filter(({ control }) => control === 3).length === 2);
    expect(sentText(frames, 1)).toBe('"port" header is required');
    expect(sentText(frames, 3)).toBe('unable to parse "70000" as a port');
    client.destroy();
  });
});

describe("port-forward over a WebSocket", () => {
  it("carries SPDY frames in its messages", async () => {
    server.node.echoPorts.add(80);
    const client = await leaveHttp(`${POD}/portforward`, [
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io",
    ]);
    expect(client.head).toContain("Sec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io\r\n");
    const bytes = new SpdyClientBytes();
    const frame = dataFrame(3, Buffer.from("through"), LAST);
    const sent = [
      await bytes.newStream(1, { streamtype: "error", port: "80", requestid: "0" }),
      await bytes.newStream(3, { streamtype: "data", port: "80", requestid: "0" }),
      ...[frame.subarray(0, 5), frame.subarray(5)],
    ];
    for (const content of sent) client.socket.write(masked(content));
    await expect.poll(() => sentText(sentFrames(unwrapped(client.body())), 3), PATIENT).toBe("through");
    client.socket.destroy();
  });

  it("carries a channel a port for those who name the ports", async () => {
    server.node.echoPorts.add(258);
    const socket = webSocket(`${POD}/portforward?ports=258,9`, "v4.channel.k8s.io");
    const messages: string[] = [];
    socket.on("message", (data: Buffer) => messages.push(data.toString("latin1")));
    await once(socket, "open");
    socket.send(Buffer.from("\0hello"));
    await expect.poll(() => messages, PATIENT).toContain("\0hello");
    expect(messages.slice(0, 4).sort()).toEqual(["\0\x02\x01", "\x01\x02\x01", "\x02\x09\0", "\x03\x09\0"]);
    const complaint = () => messages.find((message) => message.startsWith("\x03error")) ?? "";
    await expect.poll(complaint, PATIENT).toContain("forwarding port 9 to pod p");
    socket.close();
    await once(socket, "close");
  });
});

describe("a client that breaks the protocol", () => {
  it("loses its connection, and nobody else does", async () => {
    server.node.echoPorts.add(80);
    server.node.run = () => undefined;
    const paths = [
      `${POD}/portforward?ports=80`,
      `${POD}/exec?command=x&stdin=true&stdout=true`,
      "/api/v1/pods?watch=true",
    ];
    for (const path of paths) {
      const protocol = path.includes("watch") ? "binary.k8s.io" : "v4.channel.k8s.io";
      const socket = webSocket(path, protocol);
      await once(socket, "open");
      socket.send(Buffer.alloc(1_100_000));
      socket.on("error", () => undefined);
      const [code] = await once(socket, "close");
      expect(code).toBe(1009);
    }
    for (const path of [`${POD}/portforward`, `${POD}/exec?command=x&stdout=true`]) {
      const protocol = path.includes("exec") ? "v4.channel.k8s.io" : "portforward.k8s.io";
      const client = await spdy(path, protocol);
      client.send(Buffer.from([0x80, 9, 9, 9, 9, 9, 9, 9]));
      expect((await client.untilClosed()).at(-1)?.control).toBe(7);
    }
  });
});

/** A client of SPDY that has left HTTP already. */
async function spdy(path: string, protocols: string) {
  const { socket, head, body } = await leaveHttp(path, [
    "Upgrade: SPDY/3.1",
    `X-Stream-Protocol-Version: ${protocols}`,
  ]);
  const bytes = new SpdyClientBytes();
  const frames = (): readonly SentFrame[] => sentFrames(body());
  return {
    protocol: /X-Stream-Protocol-Version: (.*)\r\n/.exec(head)?.[1],
    open: async (...args: Parameters<SpdyClientBytes["newStream"]>) =>
      void socket.write(await bytes.newStream(...args)),
    send: (frame: Buffer) => void socket.write(frame),
    async until(isEnough: (all: readonly SentFrame[]) => boolean) {
      await expect.poll(() => isEnough(frames()), PATIENT).toBe(true);
      return frames();
    },
    async untilClosed() {
      if (!socket.closed) await once(socket, "close");
      return frames();
    },
    destroy: () => void socket.destroy(),
  };
}

/** Ask for an upgrade and get it. */
async function leaveHttp(path: string, headers: readonly string[]) {
  const { caCertificatePem, admin } = server.identity.credentials;
  const socket: TLSSocket = connect({
    ...{ host: "127.0.0.1", port: server.port, servername: "localhost", ca: caCertificatePem },
    ...{ cert: admin.certificatePem, key: admin.keyPem },
  });
  const lines = [`GET ${path} HTTP/1.1`, "Host: localhost", "Connection: Upgrade", ...headers, "", ""];
  socket.write(lines.join("\r\n"));
  let received = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
  });
  await expect.poll(() => received.includes("\r\n\r\n"), PATIENT).toBe(true);
  const bodyAt = received.indexOf("\r\n\r\n") + 4;
  const head = received.toString("latin1", 0, bodyAt);
  expect(head).toMatch(/^HTTP\/1\.1 101 /);
  return { socket, head, body: () => received.subarray(bodyAt) };
}

/** RFC 6455: a binary message of a client, with a mask that changes nothing. */
function masked(content: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(content.length);
  return Buffer.concat([Buffer.of(0x82, 0x80 | 126), length, Buffer.alloc(4), content]);
}

/** The contents of short messages of a server. */
function unwrapped(bytes: Buffer): Buffer {
  const length = bytes[1] ?? 0;
  if (bytes.length < 2 + length || bytes.length === 0) return Buffer.alloc(0);
  return Buffer.concat([bytes.subarray(2, 2 + length), unwrapped(bytes.subarray(2 + length))]);
}

function webSocket(path: string, subprotocol: string): WebSocket {
  const { caCertificatePem, admin } = server.identity.credentials;
  const tls = { ca: caCertificatePem, cert: admin.certificatePem, key: admin.keyPem };
  return new WebSocket(`wss://127.0.0.1:${server.port}${path}`, subprotocol, tls);
}
