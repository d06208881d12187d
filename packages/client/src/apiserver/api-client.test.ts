import { beforeEach, describe, expect, it } from "vitest";
import type { Platform } from "../platform.ts";
import { type ApiClient, apiClient } from "./api-client.ts";

interface Sent {
  readonly line: string;
  readonly token: string | null;
  readonly body: unknown;
}

describe("apiClient()", () => {
  let answer: { readonly status: number; readonly body: unknown };
  let sent: Sent[];
  let client: ApiClient;

  const platform: Platform = {
    fetch: async (input, init) => {
      const { pathname, search } = new URL(String(input));
      const body = typeof init?.body === "string" ? JSON.parse(init.body) : undefined;
      const token = new Headers(init?.headers).get("authorization");
      sent.push({ line: `${init?.method} ${pathname}${search}`, token, body });
      const text = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
      return new Response(text, { status: answer.status });
    },
    pause: async () => undefined,
  };

  beforeEach(() => {
    sent = [];
    answer = { status: 200, body: {} };
    client = apiClient({ baseUrl: "http://api/", token: "secret", platform });
  });

  it("puts a request into path, body and query as the proto files say", async () => {
    await client.templates.createComputeTemplate({
      namespace: "ns",
      computeTemplate: { name: "small", namespace: "ns", cpu: 2, memory: 4 },
    });
    await client.clusters.listCluster({ namespace: "ns", limit: 10n, continue: "a b" });
    expect(sent).toEqual([
      {
        line: "POST /apis/v1/namespaces/ns/compute_templates",
        token: "Bearer secret",
        body: { name: "small", namespace: "ns", cpu: 2, memory: 4 },
      },
      {
        line: "GET /apis/v1/namespaces/ns/clusters?continue=a+b&limit=10",
        token: "Bearer secret",
        body: undefined,
      },
    ]);
  });

  it("reads answers into messages, and passes over what it does not know", async () => {
    answer = { status: 200, body: { computeTemplates: [{ name: "small", cpu: 2, newer: true }] } };
    const { computeTemplates } = await client.templates.listComputeTemplates({ namespace: "ns" });
    expect(computeTemplates).toMatchObject([{ name: "small", cpu: 2, memory: 0 }]);
  });

  it("keeps a name within its segment, and does not call without one", async () => {
    await client.clusters.getCluster({ namespace: "ns", name: "../x" });
    expect(sent.at(-1)?.line).toBe("GET /apis/v1/namespaces/ns/clusters/..%2Fx");
    await expect(client.clusters.getCluster({ namespace: "ns" })).rejects.toThrow("the request has no name");
    expect(sent).toHaveLength(1);
  });

  it("says what was refused and why", async () => {
    answer = { status: 404, body: { code: 5, message: "cluster x not found", details: [] } };
    const error = client.clusters.getCluster({ namespace: "ns", name: "x" });
    await expect(error).rejects.toMatchObject({ status: 404, code: 5 });
    await expect(error).rejects.toThrow("cluster x not found");
  });

  it("says so when something else than the API answers", async () => {
    answer = { status: 502, body: "<html>bad gateway</html>" };
    await expect(client.clusters.listAllClusters({})).rejects.toMatchObject({ status: 502, code: 2 });
    answer = { status: 200, body: "<html>welcome</html>" };
    await expect(client.clusters.listAllClusters({})).rejects.toThrow("Cannot read the answer");
  });
});
