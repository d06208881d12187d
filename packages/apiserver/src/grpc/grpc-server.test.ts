import { create, type Message } from "@bufbuild/protobuf";
import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
import {
  type Client,
  credentials,
  loadPackageDefinition,
  type ServiceClientConstructor,
} from "@grpc/grpc-js";
import {
  ClusterSchema,
  GetClusterRequestSchema,
  GetJobLogReplySchema,
  GetJobLogRequestSchema,
} from "@heliostat/proto";
import { service as healthService } from "grpc-health-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiServer } from "../api-server.ts";
import { ApiError } from "../errors/api-error.ts";
import { GrpcCaller } from "../testing/grpc-caller.ts";
import { served } from "../testing/served-handlers.ts";

const GET_CLUSTER = "/proto.ClusterService/GetCluster";
const NEVER = new Promise<Message>(() => undefined);
let server: ApiServer;
let caller: GrpcCaller;

beforeAll(async () => {
  server = await served(
    (method, request) => {
      const { name } = request as Message & { readonly name: string };
      if (method.name === "GetJobLog") return NEVER;
      if (name === "absent") throw new ApiError("NotFound", "Cluster absent not found");
      if (name === "broken") throw new TypeError("a secret of ours");
      return method.name === "GetCluster" ? create(ClusterSchema, { name, namespace: "demo" }) : undefined;
    },
    { bodyBytesMax: 65_536 },
  );
  caller = new GrpcCaller(server.grpcAddress);
});

afterAll(async () => {
  caller.close();
  await server.stop();
});

describe("calls", () => {
  test("a message in, a message out", async () => {
    expect(await getCluster("a")).toMatchObject({ name: "a", namespace: "demo" });
  });

  test.each([
    ["absent", 5, "Cluster absent not found"],
    ["broken", 13, "Internal Server Error: see the server's log for this request's id"],
  ])("%s fails with its code and words", async (name, code, details) => {
    await expect(getCluster(name)).rejects.toMatchObject({ code, details });
  });

  test("what is no message is the caller's mistake, and so is text that is no UTF-8", async () => {
    for (const bytes of [
      [0xff, 0xff],
      [0x0a, 0x02, 0xc3, 0x28],
      [0x0a, 0x7f],
    ]) {
      await expect(caller.callBytes(GET_CLUSTER, Uint8Array.from(bytes))).rejects.toMatchObject({ code: 3 });
    }
  });

  test("a message that is too large is refused", async () => {
    await expect(getCluster("x".repeat(70_000))).rejects.toMatchObject({ code: 8 });
  });

  test.each([
    ["no token", { token: "" }],
    ["a wrong token", { token: "wrong" }],
    ["no bearer", { token: "", metadata: { authorization: "Basic x" } }],
  ])("%s is unauthenticated", async (_, options) => {
    await expect(caller.callBytes(GET_CLUSTER, new Uint8Array(), options)).rejects.toMatchObject({
      code: 16,
    });
  });

  test("the caller's deadline ends a call", async () => {
    const call = caller.call(
      "/proto.RayJobSubmissionService/GetJobLog",
      [GetJobLogRequestSchema, {}, GetJobLogReplySchema],
      {
        deadline: Date.now() + 30,
      },
    );
    await expect(call).rejects.toMatchObject({ code: 4 });
  });

  test("a request's id comes back", async () => {
    const error = await getCluster("absent", { "x-request-id": "mine" }).catch((each: unknown) => each);
    const { metadata } = error as { readonly metadata: { get(key: string): readonly string[] } };
    expect(metadata.get("x-request-id")).toEqual(["mine"]);
  });

  test("what KubeRay declares and does not serve is not served here", async () => {
    await expect(
      caller.callBytes("/proto.ImageTemplateService/GetImageTemplate", new Uint8Array()),
    ).rejects.toMatchObject({ code: 12 });
  });
});

describe("what clients ask without identity", () => {
  test("health of the server and of each service", async () => {
    const client = healthClient();
    for (const service of ["", "proto.ClusterService", "proto.RayJobSubmissionService"]) {
      expect(await unary(client, "check", { service })).toMatchObject({ status: "SERVING" });
    }
    await expect(unary(client, "check", { service: "proto.Nothing" })).rejects.toMatchObject({ code: 5 });
    client.close();
  });

  test.each(["v1", "v1alpha"])("reflection %s lists the services and describes them", async (version) => {
    const [list = NOTHING, description = NOTHING] = await reflected(
      `/grpc.reflection.${version}.ServerReflection`,
      [
        writer().uint32(tag(7)).string("*").finish(),
        writer().uint32(tag(4)).string("proto.Cluster").finish(),
      ],
    );
    const names = partsAt(list, [6, 1, 1]).map((name) => new TextDecoder().decode(name));
    expect(names.toSorted()).toEqual([
      ...["ClusterExtension", "Stream", "TemplateExtension", "WorkloadExtension"].map(
        (name) => `heliostat.v1.${name}Service`,
      ),
      ...["Cluster", "ComputeTemplate", "RayJob", "RayJobSubmission", "RayServe"].map(
        (name) => `proto.${name}Service`,
      ),
    ]);
    expect(partsAt(description, [4, 1]).length).toBeGreaterThan(1);
  });
});

const NOTHING = new Uint8Array();

function writer(): BinaryWriter {
  return new BinaryWriter();
}

/** The tag of a field that has a length. */
function tag(field: number): number {
  return (field << 3) | 2;
}

/** Everything at a path of field numbers. */
function partsAt(bytes: Uint8Array, [field, ...deeper]: readonly number[]): readonly Uint8Array[] {
  if (field === undefined) return [bytes];
  const reader = new BinaryReader(bytes);
  const parts: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === field) parts.push(...partsAt(reader.bytes(), deeper));
    else reader.skip(type, number);
  }
  return parts;
}

function getCluster(name: string, metadata = {}): Promise<Message> {
  return caller.call(GET_CLUSTER, [GetClusterRequestSchema, { name, namespace: "demo" }, ClusterSchema], {
    metadata,
  });
}

function healthClient(): Client {
  const { Health } = loadPackageDefinition({ Health: healthService }) as { Health: ServiceClientConstructor };
  return new Health(server.grpcAddress, credentials.createInsecure());
}

function unary(client: Client, method: string, request: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call = (client as unknown as Record<string, (...args: unknown[]) => void>)[method];
    call?.call(client, request, (error: Error | null, answer: unknown) =>
      error ? reject(error) : resolve(answer),
    );
  });
}

function reflected(service: string, requests: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
  const stream = caller.client.makeBidiStreamRequest(
    `${service}/ServerReflectionInfo`,
    (bytes: Uint8Array) => Buffer.from(bytes),
    (bytes): Uint8Array => bytes,
  );
  return new Promise((resolve, reject) => {
    const answers: Uint8Array[] = [];
    stream.on("data", (answer: Uint8Array) => answers.push(answer));
    stream.on("end", () => resolve(answers));
    stream.on("error", reject);
    for (const request of requests) stream.write(request);
    stream.end();
  });
}
