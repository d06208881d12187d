import { createServer, type RequestListener, type Server } from "node:http";
import { scalerClient } from "@heliostat/client";
import { afterEach, describe, expect, it } from "vitest";
import { NODE_PLATFORM } from "./node-platform.ts";

describe("NODE_PLATFORM", () => {
  let server: Server | undefined;

  afterEach(() => server?.close());

  async function served(answer: RequestListener): Promise<string> {
    server = createServer(answer);
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  it("carries method, headers and body there, and status and body back", async () => {
    const seen: unknown[] = [];
    const baseUrl = await served((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        seen.push([request.method, request.url, request.headers.authorization, body]);
        response.writeHead(409, { "Content-Type": "application/json" });
        response.end('{"error":"not_scalable","message":"no"}');
      });
    });
    const client = scalerClient({
      baseUrl,
      credentials: { token: "t" },
      runId: "r",
      platform: NODE_PLATFORM,
    });
    await expect(client.scaleCluster({ replicas: 2 })).rejects.toMatchObject({ code: "not_scalable" });
    expect(seen).toEqual([
      ["PATCH", "/ddl_cluster_scaler/scale/rayclusters/ray-r", "Bearer t", '{"replicas":2}'],
    ]);
  });

  it("gives up when it is told to", async () => {
    const baseUrl = await served(() => undefined);
    const client = scalerClient({ baseUrl, credentials: { token: "t" }, platform: NODE_PLATFORM });
    const signal = AbortSignal.timeout(50);
    await expect(client.listClusters({ signal })).rejects.toMatchObject({ name: "TimeoutError" });
  });
});
