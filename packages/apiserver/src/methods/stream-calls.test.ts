import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { settled } from "@heliostat/kube/testing";
import {
  type Cluster,
  type ClusterChange,
  ClusterChangeSchema,
  CreateClusterRequestSchema,
  DeleteClusterRequestSchema,
  TailJobLogRequestSchema,
  WatchAllClustersRequestSchema,
  WatchClustersRequestSchema,
} from "@heliostat/proto";
import { type RayDashboard, RayError } from "@heliostat/ray";
import { afterEach, describe, expect, it } from "vitest";
import { streamsOf } from "../handlers-of.ts";
import { type ApiWorld, aCluster, aTemplate } from "../testing/api-world.ts";
import { TOKEN } from "../testing/served-handlers.ts";
import { type ServedWorld, servedWorld } from "../testing/served-world.ts";
import { createTemplate } from "./template-calls.ts";

let served: ServedWorld;
let world: ApiWorld;

afterEach(() => served.stop());

describe("watches of clusters", () => {
  it("tell what is there, that this was all, and then each change", async () => {
    await begin();
    await made(aCluster());
    await made(aCluster({ name: "x", user: "ada" }));
    const { next, leave } = await watching({ user: "boris" });
    expect([await next(), await next()]).toEqual(["ADDED c", "SYNCED"]);
    await world.setStatus("c", { state: "ready" });
    await made(aCluster({ name: "d" }));
    await removed("c");
    expect([await next(), await next()].toSorted()).toEqual(["ADDED d", "DELETED c"]);
    leave();
    expect(await next()).toBe("end");
  });

  it("keep to a namespace, and to labels", async () => {
    await begin();
    await made(aCluster());
    const call = { ...world.call, signal: AbortSignal.timeout(5000) };
    const streams = streamsOf(world.ports);
    const request = create(WatchClustersRequestSchema, { namespace: "other" });
    const stream = await streams.watchClusters(request, call);
    expect(textOf((await stream[Symbol.asyncIterator]().next()).value)).toBe("SYNCED");
    await expect(streams.watchClusters(create(WatchClustersRequestSchema), call)).rejects.toMatchObject({
      code: "InvalidArgument",
    });
    const wrong = create(WatchAllClustersRequestSchema, { labelSelector: "a in" });
    await expect(streams.watchAllClusters(wrong, call)).rejects.toMatchObject({ code: "InvalidArgument" });
  });

  it("come over HTTP as lines", async () => {
    await begin();
    await made(aCluster());
    const stop = new AbortController();
    const response = await served.fetch("/apis/heliostat/v1/watch/namespaces/default/clusters", {
      signal: stop.signal,
    });
    const { value } = (await response.body?.getReader().read()) ?? {};
    const [line = ""] = new TextDecoder().decode(value).split("\n");
    expect(JSON.parse(line)).toMatchObject({ result: { type: "ADDED", cluster: { name: "c" } } });
    stop.abort();
  });

  it("come over gRPC, and end when the caller leaves", async () => {
    await begin();
    await made(aCluster());
    const client = new Client(served.server.grpcAddress, credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set("authorization", `Bearer ${TOKEN}`);
    const call = client.makeServerStreamRequest(
      "/heliostat.v1.StreamService/WatchAllClusters",
      (request: Uint8Array) => Buffer.from(request),
      (bytes) => fromBinary(ClusterChangeSchema, bytes),
      toBinary(WatchAllClustersRequestSchema, create(WatchAllClustersRequestSchema)),
      metadata,
    );
    call.on("error", () => undefined);
    const first = await new Promise<ClusterChange>((resolve) => call.once("data", resolve));
    expect(textOf(first)).toBe("ADDED c");
    call.cancel();
    client.close();
  });

  it("are refused to strangers", async () => {
    await begin();
    const path = "/apis/heliostat/v1/watch/clusters";
    const response = await served.fetch(path, { headers: { authorization: "Bearer wrong" } });
    expect(response.status).toBe(401);
  });
});

describe("streams in the metrics", () => {
  it("are counted as go-grpc-prometheus does: a kind of their own, and each message", async () => {
    await begin();
    await made(aCluster());
    await made(aCluster({ name: "d" }));
    const stop = new AbortController();
    const path = "/apis/heliostat/v1/watch/clusters";
    const response = await served.fetch(path, { signal: stop.signal });
    await response.body?.getReader().read();
    const labels = counted("WatchAllClusters");
    expect(await metric(`grpc_server_started_total${labels}`)).toBe("1");
    // Two clusters, and that these were all.
    await expect.poll(() => metric(`grpc_server_msg_sent_total${labels}`)).toBe("3");
    expect(await metric(`grpc_server_msg_received_total${labels}`)).toBe("1");
    stop.abort();
    const cancelled = `grpc_server_handled_total${counted("WatchAllClusters", "Canceled")}`;
    await expect.poll(() => metric(cancelled)).toBe("1");
    expect(await metric(`grpc_server_handling_seconds_count${labels}`)).toBe("1");
  });

  it("count how they ended: well, refused, broken", async () => {
    let breaks = false;
    await begin({
      job: async () => ({}) as never,
      async *tailJobLogs() {
        yield "one";
        if (breaks) throw new RayError("Unavailable", "the connection broke");
      },
    });
    const path = "/apis/heliostat/v1/namespaces/default/jobsubmissions/c/one/log";
    await (await served.fetch(path)).text();
    await ready();
    await (await served.fetch(path)).text();
    breaks = true;
    await (await served.fetch(path)).text();
    for (const code of ["OK", "NotFound", "Unavailable"])
      expect([code, await metric(`grpc_server_handled_total${counted("TailJobLog", code)}`)]).toEqual([
        code,
        "1",
      ]);
    expect(await metric(`grpc_server_msg_sent_total${counted("TailJobLog")}`)).toBe("2");
  });
});

describe("TailJobLog", () => {
  it("tells a log piece by piece until the job ends", async () => {
    await begin({
      job: async () => ({}) as never,
      async *tailJobLogs() {
        yield "one\ntw";
        yield "o\n";
      },
    });
    await ready();
    const response = await served.fetch("/apis/heliostat/v1/namespaces/default/jobsubmissions/c/one/log");
    expect(await response.text()).toBe('{"result":{"text":"one\\ntw"}}\n{"result":{"text":"o\\n"}}\n');
  });

  it("refuses a job that is not there before the stream, and says at its end that it broke", async () => {
    const unknown = () => Promise.reject(new RayError("NotFound", "no such job"));
    await begin({ job: unknown });
    await ready();
    const missing = await served.fetch("/apis/heliostat/v1/namespaces/default/jobsubmissions/c/gone/log");
    expect([missing.status, await missing.json()]).toMatchObject([404, { code: 5 }]);
    await expect(
      streamsOf(world.ports).tailJobLog(
        create(TailJobLogRequestSchema, { namespace: "default" }),
        world.call,
      ),
    ).rejects.toMatchObject({ code: "InvalidArgument" });
  });

  it("says at the end of a stream that it broke", async () => {
    await begin({
      job: async () => ({}) as never,
      async *tailJobLogs() {
        yield* [];
        throw new RayError("Unavailable", "the connection broke");
      },
    });
    await ready();
    const response = await served.fetch("/apis/heliostat/v1/namespaces/default/jobsubmissions/c/one/log");
    expect(await response.text()).toBe('{"error":{"code":14,"message":"the connection broke"}}\n');
  });
});

async function begin(dashboard: Partial<RayDashboard> = {}): Promise<void> {
  served = await servedWorld({}, { dashboard });
  ({ world } = served);
  await createTemplate(world.ports, { message: aTemplate(), extras: {} }, world.call);
}

async function ready(): Promise<void> {
  await made(aCluster());
  await world.setStatus("c", { state: "ready" });
}

function made(cluster: Cluster): Promise<Cluster> {
  const request = create(CreateClusterRequestSchema, { cluster, namespace: "default" });
  return world.handlers.ClusterService.createCluster(request, world.call);
}

async function removed(name: string): Promise<void> {
  const request = create(DeleteClusterRequestSchema, { name, namespace: "default" });
  await world.handlers.ClusterService.deleteCluster(request, world.call);
}

async function watching(filter: { readonly user: string }) {
  const abort = new AbortController();
  const request = create(WatchAllClustersRequestSchema, filter);
  const call = { ...world.call, signal: abort.signal };
  const stream = (await streamsOf(world.ports).watchAllClusters(request, call))[Symbol.asyncIterator]();
  return {
    async next(): Promise<string> {
      await settled();
      const { done, value } = await stream.next();
      return done ? "end" : textOf(value);
    },
    leave: () => abort.abort(),
  };
}

function textOf({ type, cluster }: ClusterChange): string {
  return cluster ? `${type} ${cluster.name}` : type;
}

/** Labels as they stand in the text. */
function counted(method: string, code?: string): string {
  const type = 'grpc_type="server_stream",grpc_service="heliostat.v1.StreamService"';
  return `{${type},grpc_method="${method}"${code === undefined ? "" : `,grpc_code="${code}"`}}`;
}

async function metric(name: string): Promise<string | undefined> {
  const text = await (await served.fetch("/metrics")).text();
  const line = text.split("\n").find((each) => each.startsWith(`${name} `));
  return line?.slice(name.length + 1);
}
