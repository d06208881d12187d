import {
  type AttachSession,
  type ExecOptions,
  type ExecSession,
  KubeError,
  type LogOptions,
  type NodePort,
  PODS,
  type Pod,
} from "@heliostat/kube";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { type KubeHttp, kubeHttp } from "../kube-http.ts";
import { type FakeServer, fakeServer } from "../testing/fake-server.ts";
import { type ServedKubernetes, servedKubernetes } from "../testing/served-kubernetes.ts";
import { ByteQueue } from "./byte-queue.ts";

const CONTAINER = { namespace: "default", name: "p", container: "main" };
const OPTIONS = { userAgent: "test/1" };

describe("HttpNodePort on the embedded API", () => {
  let served: ServedKubernetes;
  let http: KubeHttp;
  let node: ShellNode;

  beforeEach(async () => {
    node = new ShellNode();
    served = await servedKubernetes(node);
    http = kubeHttp(served.access, OPTIONS);
    await served.inside.create(PODS, POD);
    const status = { phase: "Running", podIP: "10.244.0.2", containerStatuses: [RUNNING] };
    await http.client.patch(PODS, CONTAINER, {
      subresource: "status",
      patch: { type: "merge", body: { status } },
    });
  });
  afterEach(async () => {
    await http.close();
    await served.remove();
  });

  it("runs a command, with input, both outputs and its exit code", async () => {
    const session = await http.node.exec(CONTAINER, { command: ["cat", "-n"], stdin: true });
    session.write(Buffer.from("one\n"));
    session.write(Buffer.alloc(200_000, "x"));
    session.endInput();
    const [out, err] = await Promise.all([textOf(session.stdout), textOf(session.stderr)]);
    expect(out).toBe(`one\n${"x".repeat(200_000)}`);
    expect(err).toBe("cat -n has ended\n");
    expect(await session.exitCode).toBe(3);
    expect(node.seen).toMatchObject({ command: ["cat", "-n"], stdin: true, tty: false });
  });

  it("passes the size of the terminal on", async () => {
    const session = await http.node.exec(CONTAINER, { command: ["sh"], stdin: true, tty: true });
    session.resize(80, 24);
    await expect.poll(() => node.sizes).toEqual(["80x24"]);
    session.endInput();
    expect(await session.exitCode).toBe(3);
  });

  it("ends the command when told to, and when its signal aborts", async () => {
    const killed = await http.node.exec(CONTAINER, { command: ["cat"], stdin: true });
    killed.kill();
    await expect.poll(() => node.kills).toBe(1);
    await expect(killed.exitCode).rejects.toMatchObject({ reason: "Unavailable" });
    const abort = new AbortController();
    await http.node.exec(CONTAINER, { command: ["cat"], stdin: true, signal: abort.signal });
    abort.abort();
    await expect.poll(() => node.kills).toBe(2);
  });

  it("joins a container's own streams, and lets go of them", async () => {
    const session = await http.node.attach(CONTAINER, { stdin: true });
    expect(await textOf(takeOne(session.stdout))).toBe("hello");
    session.detach();
    await expect.poll(() => node.kills).toBe(1);
  });

  it("says why a command cannot run", async () => {
    const absent = http.node.exec({ ...CONTAINER, name: "absent" }, { command: ["cat"] });
    await expect(absent).rejects.toMatchObject({ name: "KubeError", reason: "NotFound" });
    const failing = await http.node.exec(CONTAINER, { command: ["fail"] });
    await expect(failing.exitCode).rejects.toMatchObject({
      name: "KubeError",
      message: expect.stringContaining("no such program"),
    });
  });

  it("reads logs, follows them, and stops when its signal aborts", async () => {
    expect(await textOf(await http.node.logs(CONTAINER, { tailLines: 2, timestamps: true }))).toBe("hello\n");
    expect(node.logOptions).toMatchObject({ tailLines: 2, timestamps: true, follow: false });
    const abort = new AbortController();
    const followed = await http.node.logs(CONTAINER, { follow: true, signal: abort.signal });
    setTimeout(() => abort.abort(), 50);
    expect(await textOf(followed)).toBe("hello\n");
    await expect.poll(() => node.logOptions?.signal?.aborted).toBe(true);
    await expect(http.node.logs({ ...CONTAINER, name: "absent" })).rejects.toMatchObject({
      reason: "NotFound",
    });
  });
});

describe("HttpNodePort.connect()", () => {
  let server: FakeServer;
  let http: KubeHttp;
  let answer: (data: Buffer) => readonly Buffer[];

  beforeEach(async () => {
    server = await fakeServer((_, response) => response.end());
    const sockets = new WebSocketServer({
      server: server.server,
      handleProtocols: () => "v4.channel.k8s.io",
    });
    sockets.on("connection", (socket, { url }) => {
      const port = Buffer.alloc(2);
      port.writeUInt16LE(Number(new URL(url ?? "", "http://x").searchParams.get("ports")));
      for (const channel of [0, 1]) socket.send(Buffer.concat([Buffer.of(channel), port]));
      socket.on("message", (data) => {
        for (const reply of answer((data as Buffer).subarray(1))) socket.send(reply);
        socket.close();
      });
    });
    http = kubeHttp(server.access(), OPTIONS);
  });
  afterEach(async () => {
    await http.close();
    await server.close();
  });

  it("carries bytes both ways", async () => {
    answer = (data) => [Buffer.concat([Buffer.of(0), Buffer.from(`you said ${data}`)])];
    const stream = await http.node.connect(CONTAINER, 8080);
    stream.write(Buffer.from("hello"));
    expect(await textOf(stream.output)).toBe("you said hello");
  });

  it("fails when nothing listens there", async () => {
    answer = () => [Buffer.concat([Buffer.of(1), Buffer.from("connection refused\n")])];
    const stream = await http.node.connect(CONTAINER, 8080);
    stream.write(Buffer.from("hello"));
    await expect(textOf(stream.output)).rejects.toMatchObject({
      reason: "Unavailable",
      message: "Cannot connect to port 8080: connection refused",
    });
  });
});

describe("ByteQueue", () => {
  it("holds its source back while too much lies in it", async () => {
    const calls: string[] = [];
    const queue = new ByteQueue({ onFull: () => calls.push("full"), onDrained: () => calls.push("drained") });
    queue.push(Buffer.alloc(1_000_000));
    queue.push(Buffer.alloc(1_000_000));
    expect(calls).toEqual(["full"]);
    queue.end();
    for await (const _ of queue);
    expect(calls).toEqual(["full", "drained", "drained"]);
  });
});

/** Its only programs are `cat`, which ends with 3, and `fail`, which does not exist. */
class ShellNode implements NodePort {
  seen: ExecOptions | undefined;
  logOptions: LogOptions | undefined;
  readonly sizes: string[] = [];
  kills = 0;

  async logs(_container: unknown, options: LogOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    this.logOptions = options;
    return hello(options);
  }

  async exec(_container: unknown, options: ExecOptions): Promise<ExecSession> {
    this.seen = options;
    if (options.command[0] === "fail") throw new KubeError("Internal", "no such program");
    const idle = { onFull: () => undefined, onDrained: () => undefined };
    const [stdout, stderr] = [new ByteQueue(idle), new ByteQueue(idle)];
    let end: (exitCode: number) => void = () => undefined;
    const exitCode = new Promise<number>((resolve) => {
      end = resolve;
    });
    const finish = (): void => {
      stdout.end();
      stderr.push(Buffer.from(`${options.command.join(" ")} has ended\n`));
      stderr.end();
      end(3);
    };
    return {
      stdout,
      stderr,
      exitCode,
      write: (chunk) => stdout.push(chunk),
      endInput: finish,
      resize: (columns, rows) => void this.sizes.push(`${columns}x${rows}`),
      kill: () => {
        this.kills += 1;
        finish();
      },
    };
  }

  /** The first process is a `cat` as well; it says hello. */
  async attach(): Promise<AttachSession> {
    const { exitCode: _, kill, ...streams } = await this.exec({}, { command: ["cat"] });
    streams.write(Buffer.from("hello"));
    return { ...streams, detach: kill };
  }

  connect(): Promise<never> {
    return Promise.reject(new KubeError("Unavailable", "nothing listens"));
  }
}

async function* takeOne<T>(stream: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const item of stream) {
    yield item;
    return;
  }
}

async function* hello({ follow, signal }: LogOptions): AsyncGenerator<Uint8Array> {
  yield Buffer.from("hello\n");
  if (!follow) return;
  await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

const POD: Pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "default" },
  spec: { nodeName: "laptop", containers: [{ name: "main", image: "x" }] },
};
const RUNNING = {
  name: "main",
  image: "x",
  imageID: "x",
  ready: true,
  restartCount: 0,
  state: { running: { startedAt: "2026-01-01T00:00:00Z" } },
};
