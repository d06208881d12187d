import type { IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiCall, callApi, openStream } from "../testing/api-caller.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const SECRETS = "/api/v1/namespaces/default/secrets";
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  for (const name of ["first", "second"]) await server.given(aConfigMap(name));
});
afterAll(() => server.remove());

describe("a watch", () => {
  it("sends its headers at once, then a line for each event", async () => {
    const { response, next } = await watch(`${CONFIG_MAPS}?watch=true&fieldSelector=metadata.name=watched`);
    expect(response.headers["content-type"]).toBe("application/json");
    await server.given(aConfigMap("watched"));
    expect(await next()).toMatchObject({ type: "ADDED", object: { kind: "ConfigMap" } });
    await callApi(server, `${CONFIG_MAPS}/watched`, { method: "DELETE" });
    expect(await next()).toMatchObject({ type: "DELETED" });
    response.destroy();
  });

  it("says of a change what its author was answered, in the same bytes", async () => {
    const { response, lines } = await watch(`${CONFIG_MAPS}?watch=1&fieldSelector=metadata.name=told`);
    const made = await callApi(server, CONFIG_MAPS, { method: "POST", body: aConfigMap("told") });
    const body = { ...aConfigMap("told"), data: { a: "ü" } };
    const changed = await callApi(server, `${CONFIG_MAPS}/told`, { method: "PUT", body });
    const readable = await callApi(server, `${CONFIG_MAPS}/told?pretty=1`, {
      method: "PUT",
      body: { ...body, data: {} },
    });
    expect(await lines.next()).toMatchObject({ value: `{"type":"ADDED","object":${made.text}}` });
    expect(await lines.next()).toMatchObject({ value: `{"type":"MODIFIED","object":${changed.text}}` });
    const object = JSON.stringify(JSON.parse(readable.text));
    expect(readable.text).toMatch(/^\{\n/);
    expect(await lines.next()).toMatchObject({ value: `{"type":"MODIFIED","object":${object}}` });
    response.destroy();
  });

  it("of one object is a watch for its name", async () => {
    const { response, next } = await watch(`${CONFIG_MAPS}/first?watch=1`);
    expect(await next()).toMatchObject({ type: "ADDED", object: { metadata: { name: "first" } } });
    response.destroy();
  });

  it("ends cleanly when its time is up", async () => {
    const { status, text } = await callApi(server, `${SECRETS}?watch=1&timeoutSeconds=1`);
    expect({ status, text }).toEqual({ status: 200, text: "" });
  });

  it("tells a caller from the future in an event", async () => {
    const { status, text } = await callApi(server, `${CONFIG_MAPS}?watch=1&resourceVersion=999999`);
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      type: "ERROR",
      object: { kind: "Status", reason: "Timeout", code: 504 },
    });
  });

  it("refuses what makes no sense before it begins", async () => {
    for (const query of ["sendInitialEvents=true", "resourceVersionMatch=Exact", "labelSelector=a%20in"]) {
      const { status } = await callApi(server, `${CONFIG_MAPS}?watch=1&${query}`);
      expect([400, 422]).toContain(status);
    }
  });

  it("of tables says the columns once", async () => {
    const headers = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" };
    const { response, next } = await watch(`${CONFIG_MAPS}?watch=1`, { headers });
    expect(await next()).toMatchObject({ object: { kind: "Table", columnDefinitions: { length: 3 } } });
    expect(await next()).toMatchObject({ object: { kind: "Table", columnDefinitions: null } });
    response.destroy();
  });

  it("begins with the present state and marks its end for whoever lists by watching", async () => {
    const query =
      "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&fieldSelector=metadata.name=first";
    const { response, next } = await watch(`${CONFIG_MAPS}?${query}`);
    expect(await next()).toMatchObject({ type: "ADDED" });
    expect(await next()).toMatchObject({
      type: "BOOKMARK",
      object: { kind: "ConfigMap", metadata: { annotations: { "k8s.io/initial-events-end": "true" } } },
    });
    response.destroy();
  });
});

function aConfigMap(name: string): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" } };
}

interface Watch {
  readonly response: IncomingMessage;
  readonly lines: AsyncIterator<string>;
  next(): Promise<unknown>;
}

async function watch(path: string, call: ApiCall = {}): Promise<Watch> {
  const response = await openStream(server, path, call);
  const lines = createInterface({ input: response })[Symbol.asyncIterator]();
  return { response, lines, next: async () => JSON.parse(String((await lines.next()).value)) };
}
