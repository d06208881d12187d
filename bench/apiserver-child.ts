import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { apiServer, handlersOf, startApiCaches } from "@heliostat/apiserver";
import { cachedAuthenticator, cachedAuthorizer, staticIdentity } from "@heliostat/identity";
import { CUSTOM_RESOURCE_DEFINITIONS, interceptedClient, type KubeClient, SILENT } from "@heliostat/kube";
import { embeddedKubernetes } from "@heliostat/kube-embedded";
import { ComputeTemplateSchema, GetComputeTemplateRequestSchema } from "@heliostat/proto";
import { rayCrds } from "@heliostat/ray";
import { systemClock, systemRandom } from "../packages/cli/src/system/clock.ts";
import { BENCH_TOKEN, type ChildWord, CLUSTERS } from "./apiserver-words.ts";

/*
 * The servers of the API server's benchmark, each in a process of its own so that its CPU time is nobody else's. The
 * first argument says which; the parent asks by messages.
 */

const [clock, random] = [systemClock, systemRandom];
let reads = 0;

async function serve(kind: string): Promise<void> {
  const addresses = kind === "api" ? await api() : kind === "http" ? await plainHttp() : await plainGrpc();
  const tell = (): void => {
    const { user, system } = process.cpuUsage();
    process.send?.({ ...addresses, reads, cpuMs: (user + system) / 1000 } satisfies ChildWord);
  };
  process.on("message", tell);
  tell();
}

/** Ours: identity, permission, decoding, caches, rendering. */
async function api(): Promise<Pick<ChildWord, "http" | "grpc">> {
  const kubernetes = embeddedKubernetes({ clock, random });
  await kubernetes.start();
  const client = counting(kubernetes.client());
  for (const crd of rayCrds()) await client.create(CUSTOM_RESOURCE_DEFINITIONS, crd);
  const caches = startApiCaches(client, { clock, random, signal: new AbortController().signal });
  await caches.hasSynced;
  const handlers = handlersOf({
    client,
    caches,
    clock,
    dashboardOf: () => Promise.reject(new Error("no Ray here")),
    settings: { defaultRayVersion: "2.52.0", recordsCallers: true },
  });
  const identity = staticIdentity(JSON.stringify({ tokens: [{ token: BENCH_TOKEN, name: "bench" }] }));
  const address = { host: "127.0.0.1", port: 0 };
  const server = await apiServer({
    handlers,
    authenticator: cachedAuthenticator(identity, { clock }),
    authorizer: cachedAuthorizer({ authorize: async () => ({ isAllowed: true, reason: "" }) }, { clock }),
    clock,
    random,
    logger: SILENT,
    http: address,
    grpc: address,
  });
  await fill(server.httpUrl);
  return { http: `${server.httpUrl}/apis/v1/namespaces/default/clusters`, grpc: server.grpcAddress };
}

function counting(client: KubeClient): KubeClient {
  return interceptedClient(client, ({ verb }, send) => {
    if (verb === "get" || verb === "list") reads++;
    return send();
  });
}

async function fill(url: string): Promise<void> {
  const namespace = "default";
  const post = async (plural: string, object: object): Promise<void> => {
    const answer = await fetch(`${url}/apis/v1/namespaces/${namespace}/${plural}`, {
      method: "POST",
      headers: { authorization: `Bearer ${BENCH_TOKEN}` },
      body: JSON.stringify(object),
    });
    if (!answer.ok) throw new Error(`Cannot fill the server: ${await answer.text()}`);
  };
  await post("compute_templates", TEMPLATE);
  const numbers = Array.from({ length: CLUSTERS }, (_, index) => index).values();
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (const number of numbers) await post("clusters", cluster(`cluster-${number}`));
    }),
  );
}

const TEMPLATE = { name: "small", namespace: "default", cpu: 2, memory: 4 };

function cluster(name: string): object {
  const group = { computeTemplate: "small", image: "rayproject/ray:2.52.0" };
  return {
    name,
    namespace: "default",
    user: "bench",
    version: "2.52.0",
    clusterSpec: {
      headGroupSpec: { ...group, rayStartParams: { "dashboard-host": "0.0.0.0" } },
      workerGroupSpec: [
        { ...group, groupName: "workers", replicas: 2, minReplicas: 1, maxReplicas: 5, rayStartParams: {} },
      ],
    },
  };
}

/** The same bytes from `node:http` and nothing else; the parent says where to find them. */
async function plainHttp(): Promise<Pick<ChildWord, "http">> {
  const [, , , source = ""] = process.argv;
  const answer = await fetch(source, { headers: { authorization: `Bearer ${BENCH_TOKEN}` } });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.setHeader("content-length", bytes.length);
    response.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { http: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

/** The same method with the same codec on grpc-js, and nothing else. */
async function plainGrpc(): Promise<Pick<ChildWord, "grpc">> {
  const template = create(ComputeTemplateSchema, { ...TEMPLATE, memoryUnit: "Gi" });
  const server = new Server();
  server.addService(
    {
      GetComputeTemplate: {
        path: "/proto.ComputeTemplateService/GetComputeTemplate",
        requestStream: false,
        responseStream: false,
        requestSerialize: (bytes: Uint8Array) => Buffer.from(bytes),
        requestDeserialize: (bytes: Buffer) => fromBinary(GetComputeTemplateRequestSchema, bytes),
        responseSerialize: (message: typeof template) =>
          Buffer.from(toBinary(ComputeTemplateSchema, message)),
        responseDeserialize: (bytes: Buffer) => bytes,
      },
    },
    {
      GetComputeTemplate: (_call: unknown, reply: (error: null, message: typeof template) => void) =>
        reply(null, template),
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { grpc: `127.0.0.1:${port}` };
}

await serve(process.argv[2] ?? "");
