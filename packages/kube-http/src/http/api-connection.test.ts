import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { CONFIG_MAPS, type KubeError, PODS } from "@heliostat/kube";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ClusterAccess } from "../access/cluster-access.ts";
import type { Credential, CredentialSource } from "../access/credential.ts";
import { fixedText } from "../access/text-source.ts";
import { type KubeHttp, kubeHttp } from "../kube-http.ts";
import { type Answerer, answerJson, type FakeServer, fakeServer } from "../testing/fake-server.ts";
import { servedKubernetes } from "../testing/served-kubernetes.ts";

let closing: (() => Promise<void>)[];
beforeEach(() => {
  closing = [];
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
});

describe("requests", () => {
  it("say who we are, as whom we act, and what we want", async () => {
    const { http, server } = await opened((_, response) => answerJson(response, 200, POD), {
      credentials: { current: async () => ({ authorization: "Bearer t" }), renewed: async () => ({}) },
      impersonation: { user: "you", uid: "7", groups: ["a", "b"], extra: { "Example.com/Scope": ["x"] } },
    });
    await http.client.patch(
      PODS,
      { name: "p/../x", namespace: "n" },
      {
        patch: { type: "strategic", body: { a: 1 } },
        fieldManager: "me",
        isDryRun: true,
        subresource: "status",
      },
    );
    expect(server.requests).toEqual([
      {
        method: "PATCH",
        url: "/api/v1/namespaces/n/pods/p%2F..%2Fx/status?fieldManager=me&dryRun=All",
        headers: expect.objectContaining({
          accept: "application/json",
          authorization: "Bearer t",
          "content-type": "application/strategic-merge-patch+json",
          "impersonate-user": "you",
          "impersonate-uid": "7",
          "impersonate-group": "a, b",
          "impersonate-extra-example.com%2fscope": "x",
          "user-agent": "test/1",
        }),
        body: '{"a":1}',
      },
    ]);
  });

  it("keep the path of a gateway before the server", async () => {
    const { http, server } = await opened(
      (_, response) => answerJson(response, 200, POD),
      (own) => ({
        server: `${own.url}/k8s/clusters/c1`,
      }),
    );
    await http.client.get(PODS, { name: "p", namespace: "n" });
    expect(server.requests[0]?.url).toBe("/k8s/clusters/c1/api/v1/namespaces/n/pods/p");
  });

  it("pass on a server-side apply", async () => {
    const { http, server } = await opened((_, response) => answerJson(response, 200, POD));
    const wanted = { apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "n" } } as const;
    await http.client.apply(PODS, wanted, { fieldManager: "me", force: true });
    expect(server.requests[0]).toMatchObject({
      url: "/api/v1/namespaces/n/pods/p?fieldManager=me&force=true",
      headers: { "content-type": "application/apply-patch+yaml" },
    });
  });

  it("ask for pages and revisions as Kubernetes understands them", async () => {
    const list = { items: [{ metadata: { name: "p" } }], metadata: { resourceVersion: "9" } };
    const { http, server } = await opened((_, response) => answerJson(response, 200, list));
    const first = await http.client.list(PODS, { limit: 2, resourceVersion: "7", labelSelector: "a in (b)" });
    await http.client.list(PODS, { limit: 2, resourceVersion: "7", continueToken: "t", namespace: "n" });
    expect(server.requests.map(({ url }) => url)).toEqual([
      "/api/v1/pods?labelSelector=a+in+%28b%29&limit=2&resourceVersion=7&resourceVersionMatch=NotOlderThan",
      "/api/v1/namespaces/n/pods?limit=2&continue=t",
    ]);
    expect(first.items).toEqual([{ apiVersion: "v1", kind: "Pod", metadata: { name: "p" } }]);
  });

  it("are not sent for names that would lead elsewhere", async () => {
    const { http, server } = await opened((_, response) => answerJson(response, 200, POD));
    for (const name of ["", ".", ".."]) {
      await expect(http.client.delete(PODS, { name, namespace: "n" })).rejects.toMatchObject({
        reason: "NotFound",
      });
    }
    expect(server.requests).toEqual([]);
  });

  it("end when their signal aborts, with what it says", async () => {
    const { http } = await opened(() => undefined);
    const abort = new AbortController();
    const call = http.client.get(PODS, { name: "p" }, { signal: abort.signal });
    setTimeout(() => abort.abort(new Error("enough")), 20);
    await expect(call).rejects.toThrow("enough");
    const late = http.client.get(PODS, { name: "p" }, { signal: AbortSignal.abort(new Error("before")) });
    await expect(late).rejects.toThrow("before");
  });

  it("wait for one another when all connections are taken, and watches take none", async () => {
    let most = 0;
    let present = 0;
    const { http } = await opened(({ url }, response) => {
      if (url.includes("watch")) return void response.writeHead(200).write("\n");
      present += 1;
      most = Math.max(most, present);
      setTimeout(() => {
        present -= 1;
        answerJson(response, 200, POD);
      }, 5);
    });
    const abort = new AbortController();
    const watches = Array.from({ length: 5 }, () => http.client.watch(PODS, { signal: abort.signal }));
    const ends = watches.map((events) => events[Symbol.asyncIterator]().next());
    await Promise.all(Array.from({ length: 20 }, (_, index) => http.client.get(PODS, { name: `p${index}` })));
    expect(most).toBe(3);
    abort.abort();
    expect((await Promise.all(ends)).every(({ done }) => done)).toBe(true);
  });
});

describe("what the server or the network refuses", () => {
  it("is a KubeError with all that the server said", async () => {
    const { http } = await opened((_, response) => {
      response.setHeader("retry-after", "4");
      answerJson(response, 429, { kind: "Status", reason: "TooManyRequests", message: "slow down" });
    });
    await expect(http.client.get(PODS, { name: "p" })).rejects.toMatchObject({
      name: "KubeError",
      reason: "TooManyRequests",
      message: "slow down",
      options: { retryAfterSeconds: 4 },
    });
  });

  it("is Unavailable when nobody listens, or the connection breaks, or no name is known", async () => {
    const { http, server } = await opened((_, response) => void response.destroy());
    await expect(http.client.get(PODS, { name: "p" })).rejects.toMatchObject({
      reason: "Unavailable",
      message: expect.stringContaining(`Cannot reach ${server.url}: `),
    });
    await server.close();
    await expect(http.client.get(PODS, { name: "p" })).rejects.toMatchObject({ reason: "Unavailable" });
    const nowhere = kubeHttp(server.access({ server: "https://no.such.host.invalid" }), OPTIONS);
    closing.push(nowhere.close);
    await expect(nowhere.client.get(PODS, { name: "p" })).rejects.toMatchObject({ reason: "Unavailable" });
  });

  it("is Internal when an answer cannot be read", async () => {
    const { http } = await opened((_, response) => void response.end("<html>"));
    await expect(http.client.get(PODS, { name: "p" })).rejects.toMatchObject({ reason: "Internal" });
  });

  it("is asked again once, with a renewed credential, when the old one is no longer good", async () => {
    const credentials = tokens("old", "new");
    const { http, server } = await opened(acceptOnly("new"), { credentials });
    await http.client.get(PODS, { name: "p" });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer old", "Bearer new"]);
    for await (const _ of http.client.watch(PODS)) break;
    expect(server.requests).toHaveLength(3);
  });

  it("is not asked again when there is no other credential, or the new one is refused too", async () => {
    const same = await opened(acceptOnly("good"), { credentials: tokens("bad", "bad") });
    await expect(same.http.client.get(PODS, { name: "p" })).rejects.toMatchObject({ reason: "Unauthorized" });
    expect(same.server.requests).toHaveLength(1);
    const other = await opened(acceptOnly("good"), { credentials: tokens("bad", "worse") });
    await expect(other.http.client.get(PODS, { name: "p" })).rejects.toMatchObject({
      reason: "Unauthorized",
    });
    expect(other.server.requests).toHaveLength(2);
  });
});

describe("requests of others", () => {
  const request = {
    method: "PATCH",
    path: "/apis/ray.io/v1/x?y=%2F",
    headers: { accept: "text/plain", "user-agent": "theirs/1", "content-type": "a/b" },
    body: new TextEncoder().encode("{"),
  };

  it("go out as they are, in our name, and what the API says is an answer", async () => {
    const { http, server } = await opened((_, response) => answerJson(response, 403, { kind: "Status" }), {
      credentials: tokens("ours", "other"),
    });
    const { status, headers } = await http.wire.send(request);
    expect([status, headers["content-type"]]).toEqual([403, "application/json"]);
    const sent = { ...request.headers, authorization: "Bearer ours" };
    expect(server.requests).toEqual([
      { method: "PATCH", url: request.path, headers: expect.objectContaining(sent), body: "{" },
    ]);
  });

  it("are sent again with a renewed credential; a refused one is our trouble", async () => {
    const renewed = await opened(acceptOnly("new"), { credentials: tokens("old", "new") });
    expect((await renewed.http.wire.send(request)).status).toBe(200);
    expect(renewed.server.requests.map(({ body }) => body)).toEqual(["{", "{"]);
    const refused = await opened(acceptOnly("good"), { credentials: tokens("bad", "bad") });
    await expect(refused.http.wire.send(request)).rejects.toMatchObject({ reason: "Unauthorized" });
  });

  it("fail when no answer comes", async () => {
    const { http } = await opened((_, response) => void response.destroy());
    await expect(http.wire.send(request)).rejects.toMatchObject({ reason: "Unavailable" });
  });
});

describe("a watch", () => {
  it("tells of objects, bookmarks and errors", async () => {
    const lines = [
      { type: "ADDED", object: { metadata: { name: "a" } } },
      { type: "BOOKMARK", object: { metadata: { resourceVersion: "12" } } },
      { type: "ERROR", object: { kind: "Status", code: 410, message: "too old" } },
    ];
    const { http, server } = await opened((_, response) => {
      response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    });
    const options = { resourceVersion: "5", allowBookmarks: true, timeoutSeconds: 300, fieldSelector: "a=b" };
    expect(await eventsOf(http.client.watch(CONFIG_MAPS, { ...options, namespace: "n" }))).toEqual([
      lines[0],
      { type: "BOOKMARK", resourceVersion: "12" },
      { type: "ERROR", code: 410, message: "too old" },
    ]);
    expect(server.requests[0]?.url).toBe(
      "/api/v1/namespaces/n/configmaps?watch=true&fieldSelector=a%3Db&resourceVersion=5&allowWatchBookmarks=true&timeoutSeconds=300",
    );
  });

  it("throws what the server says instead of a stream", async () => {
    const { http } = await opened((_, response) =>
      answerJson(response, 410, { kind: "Status", reason: "Expired", message: "too old" }),
    );
    await expect(eventsOf(http.client.watch(PODS))).rejects.toMatchObject({ reason: "Expired" });
  });

  it.each(["nonsense\n", "{}\n", '{"type":"MADE","object":{}}\n', '{"type":"ADDED","object":null}\n'])(
    "refuses %j",
    async (text) => {
      const { http } = await opened((_, response) => void response.end(text));
      await expect(eventsOf(http.client.watch(PODS))).rejects.toMatchObject({ reason: "Internal" });
    },
  );

  it("holds the server back while its reader is slow, and loses nothing", async () => {
    const line = `${JSON.stringify({ type: "ADDED", object: { metadata: { name: "x".repeat(1000) } } })}\n`;
    const count = 40_000;
    let sent = 0;
    const { http } = await opened((_, response) => void flood(response));
    async function flood(response: ServerResponse): Promise<void> {
      for (; sent < count; sent += 1) {
        if (!response.write(line)) await once(response, "drain");
      }
      response.end();
    }
    const events = http.client.watch(PODS)[Symbol.asyncIterator]();
    await events.next();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(sent).toBeLessThan(count / 2);
    let read = 1;
    while (!(await events.next()).done) read += 1;
    expect(read).toBe(count);
  });

  it("lets go of the connection when its reader has enough", async () => {
    let isGone = false;
    const { http } = await opened((_, response) => {
      response.on("close", () => {
        isGone = true;
      });
      response.write('{"type":"ADDED","object":{}}\n');
    });
    for await (const _ of http.client.watch(PODS)) break;
    await expect.poll(() => isGone).toBe(true);
  });
});

describe("connections", () => {
  it("go through a proxy, which is asked by name and password", async () => {
    const served = await servedKubernetes();
    closing.push(served.remove);
    const proxy = await tunnel();
    const http = kubeHttp({ ...served.access, proxyUrl: `http://me:p%40ss@${proxy.host}` }, OPTIONS);
    closing.push(http.close);
    expect((await http.client.list(CONFIG_MAPS)).items).toEqual([]);
    expect(proxy.seen).toEqual([[new URL(served.url).host, `Basic ${btoa("me:p@ss")}`]]);
    const refused = kubeHttp(
      { ...served.access, server: "https://refused:1", proxyUrl: `http://${proxy.host}` },
      OPTIONS,
    );
    closing.push(refused.close);
    await expect(refused.client.list(PODS)).rejects.toThrow(`the proxy ${proxy.host} answered 403`);
  });

  it("believe only a server that the authority vouches for, under the name that it must have", async () => {
    const served = await servedKubernetes();
    closing.push(served.remove);
    const list = async (trust: Partial<ClusterAccess["trust"]>): Promise<unknown> => {
      const http = kubeHttp({ ...served.access, trust: { isUnverified: false, ...trust } }, OPTIONS);
      closing.push(http.close);
      return http.client.list(PODS).then(
        ({ items }) => items.length,
        (error: KubeError) => error.message,
      );
    };
    const { authority = fixedText("") } = served.access.trust;
    expect(await list({ authority })).toBe(0);
    expect(await list({ authority, serverName: "localhost" })).toBe(0);
    expect(await list({ authority, serverName: "elsewhere" })).toContain("does not match certificate");
    expect(await list({})).toMatch(/certificate/);
    expect(await list({ isUnverified: true })).toBe(0);
  });

  it("are made anew when the client's certificate changes", async () => {
    const served = await servedKubernetes();
    closing.push(served.remove);
    const good = await served.access.credentials.current();
    let current: Credential = {};
    const credentials: CredentialSource = { current: async () => current, renewed: async () => current };
    const http = kubeHttp({ ...served.access, credentials }, OPTIONS);
    closing.push(http.close);
    await expect(http.client.list(PODS)).rejects.toMatchObject({ reason: "Unauthorized" });
    current = good;
    expect((await http.client.list(PODS)).items).toEqual([]);
  });
});

const OPTIONS = { userAgent: "test/1", maxConnections: 3 };
const POD = { apiVersion: "v1", kind: "Pod", metadata: { name: "p" } };

interface Opened {
  readonly http: KubeHttp;
  readonly server: FakeServer;
}

async function opened(
  answer: Answerer,
  more: Partial<ClusterAccess> | ((server: FakeServer) => Partial<ClusterAccess>) = {},
): Promise<Opened> {
  const server = await fakeServer(answer);
  const http = kubeHttp(server.access(typeof more === "function" ? more(server) : more), OPTIONS);
  closing.push(server.close, http.close);
  return { http, server };
}

async function eventsOf<T>(events: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const event of events) all.push(event);
  return all;
}

function tokens(first: string, second: string): CredentialSource {
  let token = first;
  return {
    current: async () => ({ authorization: `Bearer ${token}` }),
    async renewed() {
      token = second;
      return { authorization: `Bearer ${token}` };
    },
  };
}

function acceptOnly(token: string): Answerer {
  return ({ headers }, response) => {
    if (headers.authorization === `Bearer ${token}`) answerJson(response, 200, POD);
    else answerJson(response, 401, { kind: "Status", reason: "Unauthorized", message: "Unauthorized" });
  };
}

/** A proxy that tunnels to wherever it is asked, but for `refused:1`. */
async function tunnel(): Promise<{ readonly host: string; readonly seen: [string, string | undefined][] }> {
  const seen: [string, string | undefined][] = [];
  const proxy = createServer();
  proxy.on("connect", ({ url = "", headers }, client) => {
    if (url === "refused:1") return void client.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    seen.push([url, headers["proxy-authorization"]]);
    const [host = "", port = ""] = url.split(":");
    const target = connect(Number(port), host, () => client.write("HTTP/1.1 200 OK\r\n\r\n"));
    target.on("error", () => client.destroy());
    client.on("error", () => target.destroy());
    client.pipe(target).pipe(client);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise((resolve) => proxy.close(() => resolve())));
  return { host: `127.0.0.1:${(proxy.address() as AddressInfo).port}`, seen };
}
