import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, get } from "node:https";
import { connect as connectTcp, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { credentials } from "@grpc/grpc-js";
import { loadServerIdentity } from "@heliostat/kube-embedded";
import { ListClustersRequestSchema, ListClustersResponseSchema } from "@heliostat/proto";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { ApiServer } from "./api-server.ts";
import type { CertificateSource, ServerCertificate } from "./certificate.ts";
import { GrpcCaller } from "./testing/grpc-caller.ts";
import { REAL_CLOCK, served, TOKEN } from "./testing/served-handlers.ts";

const LIST = [ListClustersRequestSchema, { namespace: "n" }, ListClustersResponseSchema] as const;

interface Issued extends ServerCertificate {
  readonly authority: string;
}

let folder: string;
let first: Issued;
let second: Issued;
let source: RenewedSource;
let server: ApiServer;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "heliostat-"));
  first = issued("first");
  second = issued("second");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(async () => {
  source = new RenewedSource(first);
  server = await served(() => undefined, { tls: source });
});

afterEach(() => server.stop());

test("HTTP and gRPC are served with the certificate, and not in clear", async () => {
  expect(server.httpUrl).toMatch(/^https:/);
  expect(await listedOver(new Agent({ ca: first.authority }))).toBe(200);
  await expect(fetch(server.httpUrl.replace("https", "http"))).rejects.toThrow();
  const grpc = grpcCaller(first);
  expect(await grpc.call("/proto.ClusterService/ListCluster", LIST)).toMatchObject({ clusters: [] });
  grpc.close();
  const clear = new GrpcCaller(server.grpcAddress);
  const soon = { deadline: Date.now() + 2000 };
  await expect(clear.call("/proto.ClusterService/ListCluster", LIST, soon)).rejects.toThrow();
  clear.close();
});

test("whoever connects after a renewal sees the new certificate; whoever is connected stays so", async () => {
  const agent = new Agent({ ca: first.authority, keepAlive: true, maxSockets: 1 });
  const grpc = grpcCaller(first);
  await listedOver(agent);
  await grpc.call("/proto.ClusterService/ListCluster", LIST);
  source.renew(second);
  // Neither believes the new authority: an answer comes over the connection that was there before.
  expect(await listedOver(agent)).toBe(200);
  expect(await grpc.call("/proto.ClusterService/ListCluster", LIST)).toMatchObject({ clusters: [] });
  for (const address of [new URL(server.httpUrl).host, server.grpcAddress]) {
    await expect(handshake(address, first)).rejects.toThrow(/certificate/);
    await handshake(address, second);
  }
  agent.destroy();
  grpc.close();
});

test("a stop waits for nobody who does not begin with the handshake", async () => {
  const addresses = [new URL(server.httpUrl).host, server.grpcAddress];
  const silent = await Promise.all(addresses.map((address) => opened(address)));
  for (const address of addresses) await handshake(address, first);
  const closed = silent.map((socket) => once(socket, "close"));
  const startMs = performance.now();
  await server.stop();
  await Promise.all(closed);
  expect(performance.now() - startMs).toBeLessThan(2000);
});

/** Certificates as a test renews them. */
class RenewedSource implements CertificateSource {
  current: ServerCertificate;
  readonly #listeners: ((certificate: ServerCertificate) => void)[] = [];

  constructor(current: ServerCertificate) {
    this.current = current;
  }

  onChange(listener: (certificate: ServerCertificate) => void): void {
    this.#listeners.push(listener);
  }

  renew(certificate: ServerCertificate): void {
    this.current = certificate;
    for (const listener of this.#listeners) listener(certificate);
  }
}

function issued(name: string): Issued {
  const { caCertificatePem, server: own } = loadServerIdentity(join(folder, name), REAL_CLOCK).credentials;
  return { authority: caCertificatePem, certificate: own.certificatePem, key: own.keyPem };
}

function grpcCaller({ authority }: Issued): GrpcCaller {
  return new GrpcCaller(server.grpcAddress, credentials.createSsl(Buffer.from(authority)));
}

async function handshake(address: string, { authority }: Issued): Promise<void> {
  const { hostname: host, port } = new URL(`tls://${address}`);
  const socket = connect({ host, port: Number(port), ca: authority, ALPNProtocols: ["h2", "http/1.1"] });
  await once(socket, "secureConnect");
  socket.destroy();
}

async function opened(address: string): Promise<Socket> {
  const { hostname: host, port } = new URL(`tcp://${address}`);
  const socket = connectTcp({ host, port: Number(port) });
  await once(socket, "connect");
  return socket.resume();
}

function listedOver(agent: Agent): Promise<number | undefined> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  return new Promise((resolve, reject) => {
    get(`${server.httpUrl}/apis/v1/namespaces/n/clusters`, { agent, headers }, (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode));
    }).on("error", reject);
  });
}
