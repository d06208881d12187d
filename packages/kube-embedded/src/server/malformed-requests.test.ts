import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from "node:http2";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer, WIDGET_DEFINITION } from "../testing/test-server.ts";

const REQUESTS = 10_000;
const IN_FLIGHT = 64;
/** Whatever has begun to answer and goes on for this long is a stream. */
const STREAM_MS = 500;
/** Long for an answer, short for a hang. */
const PATIENCE_MS = 10_000;

describe("the server, asked for nonsense", () => {
  let server: TestServer;
  let line: Line;

  beforeAll(async () => {
    server = await startTestServer();
    await server.given(WIDGET_DEFINITION);
    await server.givenRunningPod();
    line = new Line(server);
  });
  afterAll(async () => {
    line.hangUp();
    await server.remove();
  });

  it(`answers ${REQUESTS} malformed requests: no crash, no hang, no error of its own`, {
    timeout: 120_000,
  }, async () => {
    const questions = fc.sample(anyQuestion, { numRuns: REQUESTS, seed: 42 });
    const answers = await Promise.all(
      Array.from({ length: IN_FLIGHT }, (_, lane) =>
        askAll(questions.filter((_, index) => index % IN_FLIGHT === lane)),
      ),
    );
    const outcomes = answers.flat();
    expect(outcomes.filter(({ answer }) => answer === "hang" || Number(answer) >= 500)).toEqual([]);
    expect(outcomes.filter(({ answer }) => typeof answer === "number").length).toBeGreaterThan(
      REQUESTS * 0.99,
    );
    expect(await ask(line.session, { method: "GET", path: "/readyz", headers: {}, body: "" })).toBe(200);
  });

  async function askAll(questions: readonly Question[]): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const question of questions) outcomes.push({ question, answer: await ask(line.session, question) });
    return outcomes;
  }
});

interface Outcome {
  readonly question: Question;
  readonly answer: Answer;
}

/** A connection that is made anew when the server has had enough of it. */
class Line {
  readonly #server: TestServer;
  #session: ClientHttp2Session | undefined;

  constructor(server: TestServer) {
    this.#server = server;
  }

  get session(): ClientHttp2Session {
    if (this.#session && !this.#session.closed && !this.#session.destroyed) return this.#session;
    const { caCertificatePem: ca, admin } = this.#server.identity.credentials;
    const address = `https://localhost:${this.#server.port}`;
    this.#session = connect(address, { ca, cert: admin.certificatePem, key: admin.keyPem });
    this.#session.setMaxListeners(0).on("error", () => undefined);
    return this.#session;
  }

  hangUp(): void {
    this.#session?.destroy();
  }
}

interface Question {
  readonly method: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | Uint8Array;
}

/** The status; `reset` where HTTP/2 itself refuses, `hang` where nothing comes. */
type Answer = number | "reset" | "hang";

function ask(session: ClientHttp2Session, { method, path, headers, body }: Question): Promise<Answer> {
  return new Promise((resolve) => {
    const stream = session.request({ ":method": method, ":path": path, ...headers }, { endStream: false });
    const patience = setTimeout(() => leave("hang"), PATIENCE_MS);
    let status = 0;
    stream.on("response", (answer) => {
      status = Number(answer[":status"]);
      // A watch never ends: that it goes on is answer enough.
      setTimeout(() => leave(status), STREAM_MS).unref();
    });
    stream.on("error", () => settle("reset"));
    stream.on("end", () => settle(status));
    stream.resume();
    stream.end(body);

    function settle(answer: Answer): void {
      clearTimeout(patience);
      resolve(answer);
    }
    // Not after the end: a server cuts off whoever resets too many streams.
    function leave(answer: Answer): void {
      if (!stream.readableEnded) stream.close();
      settle(answer);
    }
  });
}

const PATHS: readonly string[] = [
  "/api/v1/namespaces/default/pods",
  "/api/v1/namespaces/default/pods/p",
  "/api/v1/namespaces/default/pods/p/status",
  "/api/v1/namespaces/default/pods/p/log",
  "/api/v1/namespaces/default/pods/p/exec",
  "/api/v1/namespaces/default/pods/p/proxy/x",
  "/api/v1/namespaces/default/configmaps",
  "/api/v1/namespaces/default",
  "/api/v1/pods",
  "/apis/apps/v1/namespaces/default/deployments",
  "/apis/example.com/v1/namespaces/default/widgets",
  "/apis/example.com/v1/namespaces/default/widgets/w",
  "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
  "/openapi/v3/apis/apps/v1",
  "/apis",
  "/version",
];

const TYPES: readonly string[] = [
  "application/json",
  "application/yaml",
  "application/merge-patch+json",
  "application/json-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
  "application/vnd.kubernetes.protobuf",
  "text/plain",
];

const DOCUMENTS: readonly string[] = [
  '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":"b"}}',
  '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{"containers":[{"name":"c","image":"i"}]}}',
  '{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"x"},"spec":{"size":1}}',
  '[{"op":"replace","path":"/spec/size","value":1},{"op":"add","path":"/metadata/labels/-","value":null}]',
  '{"metadata":{"finalizers":["a/b"],"ownerReferences":[{}]},"spec":null}',
  "a: &a [*a]\nb: !!binary x\n",
];

const anySegment = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.constantFrom("..", "%2e%2e", "%00", "%", "a".repeat(5000), "ü", "__proto__"),
);

const anyPath = fc
  .tuple(fc.constantFrom(...PATHS), fc.option(fc.tuple(fc.nat(8), anySegment)))
  .map(([path, mutation]) => {
    if (!mutation) return path;
    const [at, segment] = mutation;
    const segments = path.split("/");
    segments.splice(at, at % 2, segment);
    return `/${segments.join("/")}`.replace(/[^\x21-\x7e]/g, encodeURIComponent);
  });

const anyQuery = fc
  .dictionary(
    fc.constantFrom(
      "watch",
      "limit",
      "continue",
      "labelSelector",
      "fieldSelector",
      "resourceVersion",
      "dryRun",
      "force",
      "container",
      "tailLines",
      "sendInitialEvents",
      "timeoutSeconds",
      "fieldValidation",
      "x",
    ),
    fc.oneof(
      fc.constantFrom("true", "True", "-1", "0", "99999999999999999999", "a in (", "=,=", "All", "Exact"),
      fc.string({ maxLength: 12 }),
    ),
    { maxKeys: 4 },
  )
  .map((query) =>
    Object.entries(query)
      .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
      .join("&"),
  );

/** A document with a piece cut out, put in or said many times over. */
const anyBody = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc
    .tuple(fc.constantFrom(...DOCUMENTS), fc.nat(90), fc.nat(9), fc.string({ maxLength: 6 }))
    .map(([text, at, length, inserted]) => text.slice(0, at) + inserted + text.slice(at + length)),
  fc.constantFrom(
    "[".repeat(5_000),
    `${'{"a":'.repeat(2_000)}1${"}".repeat(2_000)}`,
    `{"n":1e999,"m":${"9".repeat(400)}}`,
    "null",
    '"x"',
    "",
  ),
  fc.json(),
);

const anyQuestion: fc.Arbitrary<Question> = fc
  .record({
    method: fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW"),
    path: anyPath,
    query: anyQuery,
    contentType: fc.oneof(fc.constantFrom(...TYPES), fc.stringMatching(/^[a-z/;+=*]{0,12}$/)),
    accept: fc.option(
      fc.constantFrom(
        "application/json;as=Table;v=v1;g=meta.k8s.io",
        "application/yaml",
        "text/html",
        "*/*",
        ";;;",
        "application/json;as=Nonsense",
      ),
    ),
    body: anyBody,
  })
  .map(({ method, path, query, contentType, accept, body }) => ({
    method,
    path: query === "" ? path : `${path}?${query}`,
    headers: { "content-type": contentType, ...(accept !== null && { accept }) },
    body: method === "GET" || method === "HEAD" ? "" : body,
  }));
