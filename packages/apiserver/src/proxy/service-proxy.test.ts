import { on } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { type ByteStream, PODS, SERVICES } from "@heliostat/kube";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { identityThat } from "../testing/served-handlers.ts";
import { type ServedWorld, servedWorld } from "../testing/served-world.ts";

const PROXY = "/api/v1/namespaces/default/services";
let served: ServedWorld;
let behind: Server;
let dialled: string[] = [];
let refuses: string | undefined;

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
