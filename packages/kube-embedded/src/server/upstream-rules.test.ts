import { afterAll, beforeAll, describe, type expect, it, vi } from "vitest";
import { callApi } from "../testing/api-caller.ts";
import { startTestServer, type TestServer, WIDGET_DEFINITION } from "../testing/test-server.ts";
import { DELETE_RULES, PATCH_RULES, UPDATE_RULES } from "../testing/upstream-rules/change-rules.ts";
import { CREATE_RULES } from "../testing/upstream-rules/create-rules.ts";
import type { Call, Expectation } from "../testing/upstream-rules/expectation.ts";
import { KIND_RULES, READ_RULES, WATCH_RULES } from "../testing/upstream-rules/read-rules.ts";

let server: TestServer;
let namespaces = 0;

beforeAll(async () => {
  server = await startTestServer();
  await server.given(WIDGET_DEFINITION);
  await vi.waitUntil(() => server.registry.find("example.com", "v1", "widgets"));
});
afterAll(() => server.remove());

const RULES: Readonly<Record<string, readonly Expectation[]>> = {
  create: CREATE_RULES,
  update: UPDATE_RULES,
  patch: PATCH_RULES,
  delete: DELETE_RULES,
  read: READ_RULES,
  watch: WATCH_RULES,
  "kind:": KIND_RULES,
};

for (const [verb, rules] of Object.entries(RULES)) {
  describe.concurrent(verb, () => {
    for (const rule of rules) it(rule.name, ({ expect }) => verify(rule, expect));
  });
}

type Expect = typeof expect;

async function verify(rule: Expectation, expect: Expect): Promise<void> {
  namespaces += 1;
  const ns = `ns-${namespaces}`;
  await server.given({ apiVersion: "v1", kind: "Namespace", metadata: { name: ns } });
  const [first] = await Promise.all((rule.given ?? []).map((object) => server.given(placed(object, ns))));
  const { resourceVersion: rv = "", uid = "" } = first?.metadata ?? {};
  const fill = <T>(value: T): T => filled(value, { ns, rv, uid });
  for (const call of rule.before ?? []) {
    expect((await callApi(server, fill(call.path), bodyOf(fill, call))).status).toBeLessThan(300);
  }
  const answer = await callApi(server, fill(rule.request.path), bodyOf(fill, rule.request));
  const json = answer.json ?? firstLine(answer.text);
  check(expect, fill(rule), { ...answer, json });
}

/** A watch answers with one JSON value a line. */
function firstLine(text: string): unknown {
  const [line = ""] = text.split("\n", 1);
  return line.startsWith("{") ? JSON.parse(line) : undefined;
}

type Answer = Awaited<ReturnType<typeof callApi>>;

function check(
  expect: Expect,
  { status, json, text, absent = [], headers = {} }: Expectation,
  answer: Answer,
): void {
  expect({ status: answer.status, json: answer.json }).toMatchObject({ status, ...(json && { json }) });
  if (text !== undefined) expect(answer.text).toContain(text);
  for (const path of absent) expect(answer.json).not.toHaveProperty(path);
  for (const [name, value] of Object.entries(headers)) {
    expect(String(answer.headers[name] ?? "")).toBe(value);
  }
}

function bodyOf(fill: <T>(value: T) => T, { path: _, body, ...call }: Call): Parameters<typeof callApi>[2] {
  if (body === undefined) return call;
  return { ...call, body: Buffer.isBuffer(body) ? body : fill(body) };
}

/** In the expectation's namespace, where the kind has one. */
function placed(object: object, namespace: string): object {
  const { metadata } = object as { readonly metadata: object };
  return { ...object, metadata: { ...metadata, namespace } };
}

function filled<T>(value: T, places: Readonly<Record<string, string>>): T {
  const text = JSON.stringify(value).replace(/\{(ns|rv|uid)\}/g, (_, place) => places[place] ?? "");
  return JSON.parse(text) as T;
}
