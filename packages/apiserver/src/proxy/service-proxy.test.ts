import { on } from "node:events";
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type Server,
} from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { type ByteStream, PODS, SERVICES } from "@heliostat/kube";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { identityThat, TOKEN } from "../testing/served-handlers.ts";
import { type ServedWorld, servedWorld } from "../testing/served-world.ts";

const PROXY = "/api/v1/namespaces/default/services";
let served: ServedWorld;
let behind: Server;
let dialled: string[] = [];
let refuses: string | undefined;
/** WebSockets that the service has. */
let open = 0;

beforeAll(async () => {
  behind = createServer((request, response) => {
    if (request.url === "/redirect") {
      response.writeHead(302, { location: "/elsewhere" }).end();
      return;
    }
    if (request.url === "/tail") {
      response.write("first\n");
      return;
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url, headers } = request;
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
    });
  });
  behind.on("upgrade", ({ url = "", headers }, socket: Socket) => {
    if (url === "/plain") return void socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    open += 1;
    socket.once("close", () => {
      open -= 1;
    });
    const { authorization } = headers;
    const shown = authorization === undefined ? "" : `X-Authorization: ${authorization}\r\n`;
    const accept = `Sec-WebSocket-Accept: of-the-service\r\nX-Path: ${url}\r\n${shown}`;
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${accept}\r\n`,
    );
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => behind.listen(0, "127.0.0.1", resolve));
  const identity = identityThat(({ resource }) => resource !== refuses);
  served = await servedWorld(
    { authenticator: identity, authorizer: identity },
    {
      nodePort: {
        logs: none,
        exec: none,
        attach: none,
        connect: async ({ name }, port) => {
          dialled.push(`${name}:${port}`);
          return streamTo((behind.address() as AddressInfo).port);
        },
      },
    },
  );
  const { client } = served.world;
  await client.create(PODS, POD as never);
  await client.patch(
    PODS,
    { namespace: "default", name: "head" },
    {
      subresource: "status",
      patch: { type: "merge", body: { status: { phase: "Running" } } },
    },
  );
  const labels = { "app.kubernetes.io/name": "kuberay", "ray.io/cluster": "c" };
  for (const [name, these] of [
    ["c-head-svc", labels],
    ["other", {}],
  ] as const) {
    await client.create(SERVICES, service(name, these) as never);
  }
});

afterAll(async () => {
  await served.stop();
  behind.close();
  behind.closeAllConnections();
});

beforeEach(() => {
  [dialled, refuses] = [[], undefined];
});

test("a request goes on with its path, query, body and headers, but without the caller's token", async () => {
  const answer = await served.fetch(`${PROXY}/c-head-svc:dashboard/proxy/api/jobs/a%2Fb?x=1`, {
    method: "POST",
    body: "x".repeat(6_000_000),
    headers: { "content-type": "text/plain", "x-ray-authorization": "Bearer ray" },
  });
  const seen = (await answer.json()) as { readonly headers: object; readonly body: string };
  expect(seen).toMatchObject({ method: "POST", url: "/api/jobs/a%2Fb?x=1" });
  expect(seen.headers).toMatchObject({ "content-type": "text/plain", "x-ray-authorization": "Bearer ray" });
  expect(seen.headers).not.toHaveProperty("authorization");
  expect(seen.body).toHaveLength(6_000_000);
  expect(dialled).toEqual(["head:8265"]);
});

test.each(["c-head-svc", "c-head-svc:8265", "http:c-head-svc:dashboard"])(
  "%s is the dashboard, with and without a slash",
  async (name) => {
    for (const rest of ["", "/"]) {
      expect(await (await served.fetch(`${PROXY}/${name}/proxy${rest}`)).json()).toMatchObject({
        method: "GET",
        url: "/",
      });
    }
  },
);

test("a stream comes as it is made", async () => {
  const answer = await served.fetch(`${PROXY}/c-head-svc/proxy/tail`);
  const { value } = (await answer.body?.getReader().read()) ?? {};
  expect(new TextDecoder().decode(value)).toBe("first\n");
});

test("a redirect is told, below the proxy's path, and not followed", async () => {
  const answer = await served.fetch(`${PROXY}/c-head-svc/proxy/redirect`);
  expect([answer.status, answer.headers.get("location")]).toEqual([
    302,
    `${PROXY}/c-head-svc/proxy/elsewhere`,
  ]);
});

describe("a WebSocket", () => {
  const TAIL = `${PROXY}/c-head-svc:dashboard/proxy/api/jobs/j/logs/tail?x=1`;

  test("is the service's own: its handshake, and then bytes as they are", async () => {
    const { status, headers, socket } = await upgraded(TAIL);
    expect([status, headers["sec-websocket-accept"], headers["x-path"]]).toEqual([
      101,
      "of-the-service",
      "/api/jobs/j/logs/tail?x=1",
    ]);
    expect(headers).not.toHaveProperty("x-authorization");
    socket?.write("ping");
    const echoed = await new Promise((resolve) => socket?.once("data", (chunk) => resolve(String(chunk))));
    expect(echoed).toBe("ping");
    socket?.destroy();
    await expect.poll(() => open).toBe(0);
  });

  test.each([
    { who: "of a caller whom nobody knows", path: TAIL, authorization: "Bearer wrong", status: 401 },
    { who: "to a service that is none of Ray's", path: `${PROXY}/other/proxy/`, status: 404 },
    { who: "to a service that does not upgrade", path: `${PROXY}/c-head-svc/proxy/plain`, status: 403 },
  ])("$who is refused", async ({ path, authorization, status }) => {
    const headers = authorization === undefined ? {} : { authorization };
    expect(await upgraded(path, headers)).toMatchObject({ status, socket: undefined });
  });

  test("needs what a request needs", async () => {
    refuses = "rayclusters";
    expect(await upgraded(TAIL)).toMatchObject({ status: 403 });
    expect(dialled).toEqual([]);
  });

  test("anywhere else is answered as if it were none", async () => {
    expect(await upgraded("/api/v1/namespaces/default/pods/p/exec?command=ls")).toMatchObject({
      status: 404,
    });
    expect(await upgraded("/apis/v1/namespaces/default/clusters")).toMatchObject({ status: 200 });
  });
});

test.each([
  ["other", 404, "kuberay service not found"],
  ["absent", 404, "kuberay service not found"],
  ["a:b:c:d", 400, 'invalid service format: "a:b:c:d"; want name, name:port or http:name:port'],
  ["c-head-svc:9999", 400, 'Cannot reach service "c-head-svc": it has no port "9999"'],
])("%s is %d in plain text, and nothing is dialled", async (name, status, text) => {
  const answer = await served.fetch(`${PROXY}/${name}/proxy/`);
  expect([answer.status, await answer.text()]).toEqual([status, text]);
  expect(dialled).toEqual([]);
});

test.each(["services", "rayclusters"])("whoever may not reach %s dials nothing", async (resource) => {
  refuses = resource;
  expect((await served.fetch(`${PROXY}/c-head-svc/proxy/`)).status).toBe(403);
  expect((await served.fetch(`${PROXY}/c-head-svc/proxy/`, { headers: { authorization: "" } })).status).toBe(
    401,
  );
  expect(dialled).toEqual([]);
});

interface Answered {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly socket: Socket | undefined;
}

function upgraded(path: string, headers: OutgoingHttpHeaders = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asking = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-key": "k" };
    const request = httpRequest(`${served.server.httpUrl}${path}`, {
      headers: { authorization: `Bearer ${TOKEN}`, ...asking, ...headers },
    });
    request.on("upgrade", ({ statusCode: status, headers: theirs }, socket: Socket) =>
      resolve({ status, headers: theirs, socket }),
    );
    request.on("response", (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode, headers: answer.headers, socket: undefined });
    });
    request.on("error", reject);
    request.end();
  });
}

const POD = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "head", namespace: "default", labels: { role: "head" } },
  spec: {
    containers: [{ name: "ray-head", image: "ray", ports: [{ name: "dashboard", containerPort: 8265 }] }],
  },
};

function service(name: string, labels: object): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "default", labels },
    spec: {
      selector: { role: "head" },
      ports: [
        { name: "gcs", port: 6379 },
        { name: "dashboard", port: 8265, targetPort: "dashboard" },
      ],
    },
  };
}

function none(): never {
  throw new Error("not asked for");
}

function streamTo(port: number): ByteStream {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  return {
    output: chunksOf(socket),
    write: (chunk) => void socket.write(chunk),
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
  };
}

async function* chunksOf(socket: ReturnType<typeof connect>): AsyncIterable<Uint8Array> {
  for await (const [chunk] of on(socket, "data", { close: ["end", "close"] })) yield chunk as Uint8Array;
}
