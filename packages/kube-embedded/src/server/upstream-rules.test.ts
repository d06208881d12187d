import { afterAll, beforeAll, describe, type expect, it, vi } from "vitest";
import { callApi } from "../testing/api-caller.ts";
import { startTestServer, type TestServer, WIDGET_DEFINITION } from "../testing/test-server.ts";
import { ACCESS_RULES } from "../testing/upstream-rules/access-rules.ts";
import { APPLY_RULES } from "../testing/upstream-rules/apply-rules.ts";
import { DELETE_RULES, PATCH_RULES, UPDATE_RULES } from "../testing/upstream-rules/change-rules.ts";
import { CREATE_RULES } from "../testing/upstream-rules/create-rules.ts";
import { CUSTOM_OBJECT_RULES } from "../testing/upstream-rules/custom-object-rules.ts";
import { DEFINITION_RULES } from "../testing/upstream-rules/definition-rules.ts";
import type { Call, Expectation } from "../testing/upstream-rules/expectation.ts";
import { GO_FORM_RULES } from "../testing/upstream-rules/go-form-rules.ts";
import { CONFIGURATION_RULES, SERVICE_RULES } from "../testing/upstream-rules/kind-rules.ts";
import { LIST_RULES, SELECTOR_RULES } from "../testing/upstream-rules/list-rules.ts";
import { DELETION_RULES, METADATA_RULES, NAME_RULES } from "../testing/upstream-rules/metadata-rules.ts";
import {
  DRY_RUN_RULES,
  FIELD_VALIDATION_RULES,
  OPTION_RULES,
} from "../testing/upstream-rules/option-rules.ts";
import { JSON_PATCH_RULES, PATCH_TYPE_RULES } from "../testing/upstream-rules/patch-type-rules.ts";
import { PLACEMENT_RULES } from "../testing/upstream-rules/placement-rules.ts";
import { POD_RULES } from "../testing/upstream-rules/pod-rules.ts";
import {
  DISCOVERY_RULES,
  PROTOCOL_RULES,
  RENDERING_RULES,
  WATCH_OPTION_RULES,
} from "../testing/upstream-rules/protocol-rules.ts";
import { KIND_RULES, READ_RULES, WATCH_RULES } from "../testing/upstream-rules/read-rules.ts";
import { NAMESPACE_RULES, SUBRESOURCE_RULES } from "../testing/upstream-rules/subresource-rules.ts";
import { WORKLOAD_RULES } from "../testing/upstream-rules/workload-rules.ts";

/** Where everybody who is known may do everything, and where roles decide. */
let open: TestServer;
let guarded: TestServer;
let namespaces = 0;

beforeAll(async () => {
  [open, guarded] = await Promise.all([started("allow"), started("rbac")]);
});
afterAll(() => Promise.all([open.remove(), guarded.remove()]));

async function started(authorization: "allow" | "rbac"): Promise<TestServer> {
  const server = await startTestServer({ authorization });
  await server.given(WIDGET_DEFINITION);
  await vi.waitUntil(() => server.registry.find("example.com", "v1", "widgets"));
  return server;
}

const RULES: Readonly<Record<string, readonly Expectation[]>> = {
  create: CREATE_RULES,
  update: UPDATE_RULES,
  patch: PATCH_RULES,
  delete: DELETE_RULES,
  read: READ_RULES,
  watch: WATCH_RULES,
  "kind:": KIND_RULES,
  list: LIST_RULES,
  select: SELECTOR_RULES,
  options: OPTION_RULES,
  "dry run": DRY_RUN_RULES,
  "field validation": FIELD_VALIDATION_RULES,
  names: NAME_RULES,
  metadata: METADATA_RULES,
  deletion: DELETION_RULES,
  "JSON patch": JSON_PATCH_RULES,
  patches: PATCH_TYPE_RULES,
  apply: APPLY_RULES,
  "subresource:": SUBRESOURCE_RULES,
  "a namespace": NAMESPACE_RULES,
  "a built-in object": GO_FORM_RULES,
  "what cannot be": PLACEMENT_RULES,
  "a pod": POD_RULES,
  "a configuration": CONFIGURATION_RULES,
  "a service": SERVICE_RULES,
  "a workload": WORKLOAD_RULES,
  "a definition": DEFINITION_RULES,
  "a custom object": CUSTOM_OBJECT_RULES,
  "the server": PROTOCOL_RULES,
  discovery: DISCOVERY_RULES,
  "a table": RENDERING_RULES,
  "a watch": WATCH_OPTION_RULES,
};

for (const [heading, rules] of Object.entries(RULES)) {
  describe.concurrent(heading, () => {
    for (const rule of rules) it(rule.name, ({ expect }) => verify(open, rule, expect));
  });
}

describe.concurrent("access", () => {
  for (const rule of ACCESS_RULES) it(rule.name, ({ expect }) => verify(guarded, rule, expect));
});

type Expect = typeof expect;

async function verify(server: TestServer, rule: Expectation, expect: Expect): Promise<void> {
  namespaces += 1;
  const ns = `ns-${namespaces}`;
  await server.given({ apiVersion: "v1", kind: "Namespace", metadata: { name: ns } });
  const [first] = await Promise.all((rule.given ?? []).map((object) => server.given(placed(object, ns))));
  const { resourceVersion: rv = "", uid = "" } = first?.metadata ?? {};
  let last: unknown;
  const fill = <T>(value: T): T => filled(value, { ns, rv, uid, last });
  for (const call of rule.before ?? []) {
    const { status, text, json } = await callApi(server, fill(call.path), bodyOf(fill, call));
    expect({ status, text }).toMatchObject({ status: expect.toSatisfy((code: number) => code < 300) });
    last = json;
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

interface Places {
  readonly ns: string;
  readonly rv: string;
  readonly uid: string;
  readonly last: unknown;
}

function filled<T>(value: T, places: Places): T {
  const text = JSON.stringify(value).replace(/\{(ns|rv|uid|last)((?:\.\w+)*)\}/g, (_, place, path: string) =>
    String(memberAt(places[place as keyof Places], path.split(".").slice(1))),
  );
  return JSON.parse(text) as T;
}

function memberAt(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return value;
  return memberAt((value as Readonly<Record<string, unknown>> | undefined)?.[name], rest);
}
