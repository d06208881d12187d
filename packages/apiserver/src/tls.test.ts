import { mkdtempSync, rmSync } from "node:fs";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { loadServerIdentity } from "@heliostat/kube-embedded";
import { ListClustersRequestSchema, ListClustersResponseSchema } from "@heliostat/proto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ApiServer } from "./api-server.ts";
import { GrpcCaller } from "./testing/grpc-caller.ts";
import { REAL_CLOCK, served, TOKEN } from "./testing/served-handlers.ts";

let folder: string;
let authority: string;
let server: ApiServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "heliostat-"));
  const { caCertificatePem, server: own } = loadServerIdentity(folder, REAL_CLOCK).credentials;
  authority = caCertificatePem;
  const tls = { certificate: own.certificatePem, key: own.keyPem };
  server = await served(() => undefined, { tls });
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("HTTP and gRPC are served with the certificate, and not in clear", async () => {
  expect(server.httpUrl).toMatch(/^https:/);
  expect(await statusOf(`${server.httpUrl}/apis/v1/namespaces/n/clusters`)).toBe(200);
  await expect(fetch(server.httpUrl.replace("https", "http"))).rejects.toThrow();
  const grpc = new GrpcCaller(server.grpcAddress, credentials.createSsl(Buffer.from(authority)));
  const list = [ListClustersRequestSchema, { namespace: "n" }, ListClustersResponseSchema] as const;
  expect(await grpc.call("/proto.ClusterService/ListCluster", list)).toMatchObject({ clusters: [] });
  grpc.close();
  const clear = new GrpcCaller(server.grpcAddress);
  const soon = { deadline: Date.now() + 2000 };
  await expect(clear.call("/proto.ClusterService/ListCluster", list, soon)).rejects.toThrow();
  clear.close();
});

function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { ca: authority, headers: { authorization: `Bearer ${TOKEN}` } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).on("error", reject);
  });
}
