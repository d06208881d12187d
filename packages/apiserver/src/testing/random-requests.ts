import type { DescField, DescMessage } from "@bufbuild/protobuf";
import fc from "fast-check";
import type { Method } from "../calls/methods.ts";
import { A_CLUSTER_SPEC } from "./api-world.ts";

/** A request that a stranger might send. */
export interface RandomRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | undefined;
}

/** Words of which some mean something to the server and others to parsers. */
const WORD = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("default", "c", "t", "j", "s", "small-wg", "Gi", "1", "absent") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "",
      "__proto__",
      "constructor",
      "..",
      "log",
      "é",
      "\u0000",
      "😀",
      "a/b",
      "1e999",
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constant("x".repeat(300)) },
);

const NUMBER = fc.oneof(
  fc.constantFrom(0, 1, 2, 5, -1, 0.5, 2_147_483_647, 4_294_967_295, 1e300, 2 ** 60),
  fc.integer({ min: -10, max: 100 }),
);

const ANYTHING = fc.oneof(WORD, NUMBER, fc.boolean(), fc.constant(null), fc.jsonValue({ maxDepth: 3 }));

/** JSON for a message: mostly right, with wrong types, other spellings and nonsense strewn in. */
export function messageJson(schema: DescMessage, depth = 0): fc.Arbitrary<unknown> {
  if (depth > 4) return fc.constant({});
  const fields = schema.fields.map((field) =>
    fc.option(fc.tuple(fc.constantFrom(field.jsonName, field.name), mostly(fieldJson(field, depth))), {
      nil: undefined,
      freq: depth < 2 ? 8 : 2,
    }),
  );
  return fc
    .tuple(...fields)
    .map((entries) => Object.fromEntries(entries.filter((entry) => entry !== undefined)));
}

function mostly(arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 30, arbitrary }, { weight: 1, arbitrary: ANYTHING });
}

function fieldJson(field: DescField, depth: number): fc.Arbitrary<unknown> {
  const element = elementJson(field, depth);
  if (field.fieldKind === "list") return fc.array(element, { maxLength: 2 });
  if (field.fieldKind === "map") return fc.dictionary(WORD, element, { maxKeys: 2 });
  return element;
}

function elementJson({ message, enum: values, scalar }: DescField, depth: number): fc.Arbitrary<unknown> {
  if (message?.typeName === "google.protobuf.Timestamp") {
    return fc.constantFrom("2026-01-01T00:00:00Z", "never", "9999-12-31T23:59:59.999999999Z");
  }
  if (message) return messageJson(message, depth + 1);
  if (values)
    return fc.oneof(
      fc.constantFrom(...values.values.map(({ name }) => name)),
      fc.integer({ min: -1, max: 7 }),
    );
  if (scalar === 8) return fc.boolean();
  return scalar === 9 ? WORD : NUMBER;
}

/** Requests around the routes of `methods`: right and wrong verbs, paths, queries, headers and bodies. */
export function randomRequest(methods: readonly Method[]): fc.Arbitrary<RandomRequest> {
  return fc.constantFrom(...methods).chain((method) =>
    fc.record({
      method: fc.oneof(
        { weight: 12, arbitrary: fc.constant(method.binding.verb as string) },
        { weight: 1, arbitrary: fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") },
      ),
      url: randomUrl(method.binding.path, method.input),
      headers: randomHeaders(),
      body: randomBody(method),
    }),
  );
}

/** A path of this template, with a query that the message might have. */
export function randomUrl(template: string, input: DescMessage): fc.Arbitrary<string> {
  return fc.tuple(randomPath(template), randomQuery(input)).map(([path, query]) => path + query);
}

function randomPath(template: string): fc.Arbitrary<string> {
  const versioned = fc
    .boolean()
    .map((isOld) => (isOld ? template.replace("/apis/v1/", "/apis/v1alpha2/") : template));
  const filled = fc
    .tuple(versioned, fc.array(WORD, { minLength: 3, maxLength: 3 }), fc.boolean())
    .map(([path, words, isDefault]) => {
      let index = 0;
      return path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        encoded(name === "namespace" && isDefault ? "default" : (words[index++ % 3] ?? "")),
      );
    });
  const broken = filled.map((path) => `${path}/%zz//`);
  return fc.oneof({ weight: 20, arbitrary: filled }, { weight: 1, arbitrary: broken });
}

/** Lone surrogates, which cannot be percent-encoded, become replacement characters. */
function encoded(word: string): string {
  return encodeURIComponent(new TextDecoder().decode(new TextEncoder().encode(word)));
}

function randomQuery({ fields }: DescMessage): fc.Arbitrary<string> {
  const names = [...fields.flatMap(({ name, jsonName }) => [name, jsonName]), "colour"];
  const pair = fc.tuple(fc.constantFrom(...names), fc.oneof(WORD, NUMBER.map(String)));
  return fc
    .array(pair, { maxLength: 2 })
    .map((pairs) =>
      pairs.length === 0 ? "" : `?${pairs.map(([name, value]) => `${name}=${encoded(value)}`).join("&")}`,
    );
}

function randomHeaders(): fc.Arbitrary<Readonly<Record<string, string>>> {
  return fc.record(
    {
      "content-type": fc.constantFrom(
        "application/json",
        "application/x-www-form-urlencoded",
        ";;",
        "text/plain",
      ),
      "x-http-method-override": fc.constantFrom("DELETE", "get", "PUT", "nonsense"),
      "x-request-id": fc.constantFrom("mine", "x".repeat(500)),
      "grpc-timeout": fc.constantFrom("10S", "1H", "soon"),
    },
    { requiredKeys: [] },
  );
}

/** Objects that are accepted, by the name of their message. */
const VALID: Readonly<Record<string, object>> = {
  "proto.ComputeTemplate": { namespace: "default", cpu: 1, memory: 1 },
  "proto.Cluster": { namespace: "default", user: "u", clusterSpec: A_CLUSTER_SPEC },
  "proto.RayJob": { namespace: "default", user: "u", entrypoint: "true", clusterSpec: A_CLUSTER_SPEC },
  "proto.RayService": {
    namespace: "default",
    user: "u",
    serveConfigV2: "applications: []",
    clusterSpec: A_CLUSTER_SPEC,
  },
};

/** A valid object with another name each time, and one field that may be anything. */
function nearlyValid(message: DescMessage): fc.Arbitrary<string> {
  return fc
    .tuple(fc.integer({ min: 0, max: 1e6 }), fc.constantFrom(...message.fields), messageJson(message))
    .map(([number, { jsonName }, random]) => {
      const other = (random as Readonly<Record<string, unknown>>)[jsonName];
      const valid = { name: `n-${number}`, ...VALID[message.typeName] };
      return JSON.stringify(other === undefined ? valid : { ...valid, [jsonName]: other });
    });
}

function randomBody({ binding, input }: Method): fc.Arbitrary<RandomRequest["body"]> {
  const field = input.fields.find(({ name }) => name === binding.body);
  if (!field?.message) return fc.constant(undefined);
  const right = messageJson(field.message).map((json) => JSON.stringify(json));
  return fc.oneof(
    { weight: 20, arbitrary: right },
    { weight: 20, arbitrary: nearlyValid(field.message) },
    { weight: 1, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: right.map((text) => text.slice(0, text.length / 2)) },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.constant(`${"[".repeat(10_000)}`) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes)) },
  );
}
