import { connect } from "node:net";
import { fromJson, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Method, methodsOf } from "./calls/methods.ts";
import { streamMethodsOf } from "./calls/stream-methods.ts";
import { GrpcCaller } from "./testing/grpc-caller.ts";
import { randomKubeRequest } from "./testing/random-kube-requests.ts";
import { messageJson, type RandomRequest, randomRequest, randomUrl } from "./testing/random-requests.ts";
import { replyChecker } from "./testing/reply-schemas.ts";
import { handlersThat, streamsThat } from "./testing/served-handlers.ts";
import { type ServedWorld, servedWorld } from "./testing/served-world.ts";

/** Of each transport. */
const REQUESTS = 5_200;
const IN_FLIGHT = 32;
const METHODS = methodsOf(handlersThat(() => undefined));
const STREAMS = streamMethodsOf(streamsThat(() => undefined));
/** What a server may be blamed for: Unknown, Internal, Unavailable, DataLoss. */
const BLAMED = new Set([2, 13, 14, 15]);

let served: ServedWorld;

beforeAll(async () => {
  served = await servedWorld();
  const template = { name: "t", namespace: "default", cpu: 1, memory: 1 };
  await served.fetch("/apis/v1/namespaces/default/compute_templates", {
    method: "POST",
    body: JSON.stringify(template),
  });
});

afterAll(() => served.stop());

test("whatever comes over HTTP is answered with a reply of the schema, and never with a 5xx of ours", {
  timeout: 180_000,
}, async () => {
  const wrong = replyChecker();
  const statuses = new Map<number, number>();
  const problems: string[] = [];
  await inFlight(fc.sample(randomRequest(METHODS), { numRuns: REQUESTS, seed: 7 }), async (request) => {
    const { status, body } = await answered(request);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status >= 300 && status < 400) return;
    const problem =
      status > 500 && status !== 501
        ? `${request.method} ${request.url} ${status}`
        : wrong({ ...request, status, body });
    if (status === 500 || problem !== undefined)
      problems.push(`${problem} ${JSON.stringify(request)} ${JSON.stringify(body)}`);
  });
  expect(problems.slice(0, 3)).toEqual([]);
  // Neither is all refused nor all let through: the requests reach what they are meant to try.
  for (const status of [200, 400, 404]) expect(statuses.get(status)).toBeGreaterThan(100);
});

test("whatever comes over gRPC is answered, and never with a code of our own mistakes", {
  timeout: 180_000,
}, async () => {
  const caller = new GrpcCaller(served.server.grpcAddress);
  const codes = new Map<number, number>();
  const problems: string[] = [];
  await inFlight(fc.sample(randomCall(), { numRuns: REQUESTS, seed: 11 }), async ({ method, bytes }) => {
    const code = await caller.callBytes(method.path, bytes).then(
      () => 0,
      (error: { readonly code: number; readonly details: string }) => {
        if (BLAMED.has(error.code))
          problems.push(
            `${method.path} ${error.code} ${error.details} ${Buffer.from(bytes).toString("hex")}`,
          );
        return error.code;
      },
    );
    codes.set(code, (codes.get(code) ?? 0) + 1);
  });
  caller.close();
  expect(problems.slice(0, 3)).toEqual([]);
  for (const code of [0, 3, 5]) expect(codes.get(code)).toBeGreaterThan(100);
});

test("whatever comes for Kubernetes' own API is answered in its words, and never with a 5xx", {
  timeout: 180_000,
}, async () => {
  const wrong = replyChecker();
  const statuses = new Map<number, number>();
  const problems: string[] = [];
  await inFlight(fc.sample(randomKubeRequest(), { numRuns: REQUESTS / 2, seed: 13 }), async (request) => {
    const { status, body } = await answered(request);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    // A path that fetch itself has cleaned leads elsewhere.
    if (!isKubeReply(body)) return;
    const problem = status >= 500 ? `${status}` : wrong({ ...request, status, body });
    if (problem !== undefined) problems.push(`${problem} ${JSON.stringify({ request, body })}`);
  });
  expect(problems.slice(0, 3)).toEqual([]);
  for (const status of [200, 400, 404, 415, 422])
    expect([status, (statuses.get(status) ?? 0) > 20]).toEqual([status, true]);
});

test("whatever a stream is asked for over HTTP, its lines are of the schema, and the caller may leave", {
  timeout: 180_000,
}, async () => {
  const wrong = replyChecker();
  const counts = { told: 0, refused: 0 };
  const problems: string[] = [];
  await inFlight(fc.sample(randomStream(), { numRuns: REQUESTS / 10, seed: 17 }), async ({ url }) => {
    const { status, lines } = await beginningOf(url);
    counts[status === 200 ? "told" : "refused"] += lines.length;
    for (const line of lines) {
      const reply = { method: "GET", url, status, body: JSON.parse(line) };
      const problem = status === 500 ? "500" : wrong(reply);
      if (problem !== undefined) problems.push(`${problem} ${url} ${line}`);
    }
  });
  expect(problems.slice(0, 3)).toEqual([]);
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(50);
});

test("whatever a stream is asked for over gRPC, it begins or is refused", { timeout: 180_000 }, async () => {
  const caller = new GrpcCaller(served.server.grpcAddress);
  const codes = new Map<number, number>();
  await inFlight(fc.sample(randomStream(), { numRuns: REQUESTS / 10, seed: 19 }), async ({ path, bytes }) => {
    const code = await caller.beginningOf(path, bytes).then(
      () => 0,
      (error: { readonly code: number }) => error.code,
    );
    codes.set(code, (codes.get(code) ?? 0) + 1);
  });
  caller.close();
  expect([...codes.keys()].filter((code) => BLAMED.has(code))).toEqual([]);
  for (const code of [0, 3]) expect(codes.get(code)).toBeGreaterThan(50);
});

test.each([
  "\u0000\u0001",
  "GET / HTTP/9.9\r\n\r\n",
  "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
])("bytes that are no request end in an answer: %j", async (bytes) => {
  const { port } = new URL(served.server.httpUrl);
  const text = await new Promise<string>((resolve) => {
    let seen = "";
    const socket = connect(Number(port), "127.0.0.1", () => socket.end(bytes));
    socket.on("data", (chunk) => {
      seen += chunk.toString();
    });
    socket.on("close", () => resolve(seen));
    socket.on("error", () => undefined);
  });
  expect(text).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect((await served.fetch("/healthz")).status).toBe(200);
});

function isKubeReply(body: unknown): boolean {
  return typeof body === "object" && body !== null && ("kind" in body || "metadata" in body);
}

interface RandomStream {
  readonly url: string;
  readonly path: string;
  readonly bytes: Uint8Array;
}

function randomStream(): fc.Arbitrary<RandomStream> {
  return fc.constantFrom(...STREAMS).chain(({ path, binding, input }) =>
    fc.record({
      path: fc.constant(path),
      url: randomUrl(binding.path, input),
      bytes: fc.oneof(
        { weight: 8, arbitrary: messageJson(input).map((json) => bytesOf({ input }, json)) },
        { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }) },
      ),
    }),
  );
}

/** What comes first of a stream; nothing of a redirect. */
async function beginningOf(url: string): Promise<{ readonly status: number; readonly lines: string[] }> {
  const leave = new AbortController();
  const { status, body } = await served.fetch(url, { signal: leave.signal });
  const { value = new Uint8Array() } = (await body?.getReader().read()) ?? {};
  leave.abort();
  const lines = new TextDecoder().decode(value).split("\n");
  return { status, lines: lines.filter((line) => line !== "") };
}

interface RandomCall {
  readonly method: Method;
  readonly bytes: Uint8Array;
}

function randomCall(): fc.Arbitrary<RandomCall> {
  return fc
    .constantFrom(...METHODS)
    .chain((method) =>
      fc
        .oneof(
          { weight: 8, arbitrary: messageJson(method.input).map((json) => bytesOf(method, json)) },
          { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }) },
        )
        .map((bytes) => ({ method, bytes })),
    );
}

/** What is no message at all becomes none. */
function bytesOf({ input }: Pick<Method, "input">, json: unknown): Uint8Array {
  try {
    return toBinary(input, fromJson(input, json as never, { ignoreUnknownFields: true }));
  } catch {
    return new Uint8Array();
  }
}

async function answered(
  request: RandomRequest,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const { method, url, headers } = request;
  const body = method === "GET" ? undefined : request.body;
  const answer = await served.fetch(url, { method, headers, ...(body !== undefined && { body }) });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
}

async function inFlight<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (const item of queue) await act(item);
    }),
  );
}
