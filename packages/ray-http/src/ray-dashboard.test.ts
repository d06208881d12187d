import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { Duplex } from "node:stream";
import { isRayError, type RayDashboard } from "@heliostat/ray";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { rayDashboard } from "./ray-dashboard.ts";

type Handler = (request: IncomingMessage & { body: string }, response: ServerResponse) => void;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe("rayDashboard()", () => {
  it("spells a submission as Ray does and leaves out what was not asked for", async () => {
    const bodies: string[] = [];
    const { dashboard } = await aDashboard((request, response) => {
      bodies.push(`${request.method} ${request.url} ${request.body}`);
      json(response, { job_id: "a", submission_id: "a" });
    });
    await dashboard.submitJob({ entrypoint: "python job.py", submissionId: "a", entrypointNumCpus: 1 });
    expect(bodies).toEqual([
      'POST /api/jobs/ {"entrypoint":"python job.py","submission_id":"a","entrypoint_num_cpus":1}',
    ]);
  });

  it("goes over a connection of the caller's where it is given one, logs included", async () => {
    const { dashboard: direct, port } = await aDashboard((request, response) => {
      json(response, request.method === "GET" ? [] : { submission_id: "a" });
    });
    expect(await direct.jobs()).toEqual([]);
    const opened: string[] = [];
    const over = rayDashboard({
      baseUrl: "http://head.nowhere.invalid:8265",
      connect: async () => {
        opened.push("once");
        const socket = connect(port, "127.0.0.1");
        return Duplex.from({ readable: socket, writable: socket });
      },
    });
    expect(await over.jobs()).toEqual([]);
    expect(await over.submitJob({ entrypoint: "x" })).toEqual({ submissionId: "a" });
    expect(opened).toHaveLength(2);
    const refused = rayDashboard({
      baseUrl: "http://head.nowhere.invalid:8265",
      connect: () => Promise.reject(new Error("no head is there")),
    });
    await expect(refused.jobs()).rejects.toThrow("no head is there");
    await expect(refused.tailJobLogs("a")[Symbol.asyncIterator]().next()).rejects.toThrow("no head is there");
  });

  it("never looks like a browser, which Ray would refuse", async () => {
    let names: string[] = [];
    const { dashboard } = await aDashboard((request, response) => {
      names = Object.keys(request.headers);
      json(response, {});
    });
    await dashboard.version();
    expect(names.filter((name) => /^(sec-|origin|referer)/.test(name))).toEqual([]);
  });

  it("knows a taken submission id by Ray's words, whatever the status", async () => {
    const { dashboard } = await aDashboard((_request, response) => {
      response
        .writeHead(500)
        .end("Job with submission_id a already exists. Please use a different submission_id.");
    });
    expect(await reasonOf(dashboard.submitJob({ entrypoint: "x" }))).toBe("AlreadyExists");
  });

  it.each([
    [404, "NotFound"],
    [400, "Invalid"],
    [401, "Unauthorized"],
    [503, "Unavailable"],
  ])("maps status %i to %s", async (status, reason) => {
    const { dashboard } = await aDashboard((_request, response) => response.writeHead(status).end("no"));
    expect(await reasonOf(dashboard.job("a"))).toBe(reason);
  });

  it("says Unavailable when nothing listens, and Unexpected when the answer is no job", async () => {
    expect(await reasonOf(rayDashboard({ baseUrl: "http://127.0.0.1:1" }).version())).toBe("Unavailable");
    const { dashboard } = await aDashboard((_request, response) => json(response, { status: "DANCING" }));
    expect(await reasonOf(dashboard.job("a"))).toBe("Unexpected");
  });

  it("sends the same files once, under the same name", async () => {
    const stored = new Set<string>();
    const { dashboard } = await aDashboard((request, response) => {
      if (request.method === "PUT") stored.add(request.url ?? "");
      response.writeHead(request.method === "PUT" || stored.has(request.url ?? "") ? 200 : 404).end();
    });
    const files = { "job.py": new TextEncoder().encode("print(1)") };
    expect(await dashboard.uploadWorkingDir(files)).toBe(await dashboard.uploadWorkingDir(files));
    expect([...stored]).toHaveLength(1);
  });

  it("streams a log to its end, and fails when the stream breaks before", async () => {
    const { dashboard, server } = await aDashboard(() => {});
    const sockets = new WebSocketServer({ server });
    sockets.on("connection", (socket, request) => {
      socket.send("one\n");
      socket.send("two\n");
      if (request.url?.includes("/broken/")) socket.terminate();
      else socket.close(1000);
    });
    expect(await collected(dashboard.tailJobLogs("whole"))).toEqual(["one\n", "two\n"]);
    expect(await reasonOf(collected(dashboard.tailJobLogs("broken")))).toBe("Unavailable");
    sockets.close();
  });
});

async function aDashboard(
  handler: Handler,
): Promise<{ dashboard: RayDashboard; server: Server; port: number }> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => handler(Object.assign(request, { body }), response));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { dashboard: rayDashboard({ baseUrl: `http://127.0.0.1:${port}` }), server, port };
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
}

async function reasonOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "no error";
  } catch (error) {
    return isRayError(error) ? error.reason : `not a RayError: ${String(error)}`;
  }
}

async function collected(chunks: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
}
