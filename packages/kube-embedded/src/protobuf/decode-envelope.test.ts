import { isKubeError, type Json, KubeError, type KubeObject } from "@heliostat/kube";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bytesField,
  doubleField,
  envelope,
  messageField,
  varint,
  varintField,
} from "../testing/protobuf-bytes.ts";
import { decodedEnvelope } from "./decode-envelope.ts";
import { builtInMessageTypes } from "./message-table.ts";
import recorded from "./testdata/kubectl-bodies.json" with { type: "json" };

const types = await builtInMessageTypes();
const decoded = (body: Uint8Array): Json => decodedEnvelope(body, types);

describe("bodies of kubectl 1.32", () => {
  it.each(recorded)("$command says what its JSON would", ({ body, object }) => {
    expect(decoded(Buffer.from(body, "base64"))).toEqual(object);
  });
});

describe("zeros", () => {
  const container = (...fields: readonly Buffer[]) =>
    decoded(envelope("v1", "Pod", messageField(2, messageField(2, ...fields)))) as Json & {
      readonly spec: { readonly containers: readonly [object] };
    };

  it("that were set on purpose survive: pointers in Go", () => {
    const deployment = (number: number) =>
      decoded(envelope("apps/v1", "Deployment", messageField(2, varintField(number, 0))));
    expect(deployment(1)).toMatchObject({ spec: { replicas: 0 } });
    expect(decoded(envelope("v1", "DeleteOptions", varintField(1, 0)))).toMatchObject({
      gracePeriodSeconds: 0,
    });
    const claim = decoded(envelope("v1", "PersistentVolumeClaim", messageField(2, bytesField(5, ""))));
    expect(claim).toMatchObject({ spec: { storageClassName: "" } });
    const optional = messageField(7, bytesField(1, "A"), messageField(3, messageField(4, varintField(3, 0))));
    expect(container(optional).spec.containers[0]).toEqual({
      env: [{ name: "A", valueFrom: { secretKeyRef: { optional: false } } }],
    });
  });

  it("that say nothing are left out, and those of required fields are not", () => {
    const fields = [bytesField(1, "main"), bytesField(2, ""), varintField(16, 0), bytesField(14, "")];
    expect(container(...fields).spec.containers[0]).toEqual({ name: "main" });
    const port = messageField(6, bytesField(1, ""), varintField(2, 0), varintField(3, 80));
    expect(container(port).spec.containers[0]).toEqual({ ports: [{ containerPort: 80 }] });
    const condition = messageField(3, messageField(2, bytesField(6, ""), bytesField(5, "")));
    const service = decoded(envelope("v1", "Service", condition)) as { readonly status: object };
    expect(service.status).toEqual({ conditions: [{ message: "", reason: "" }] });
  });

  it("keep empty objects: an emptyDir without options is one", () => {
    const volume = messageField(1, bytesField(1, "scratch"), messageField(2, messageField(2)));
    expect(decoded(envelope("v1", "Pod", messageField(2, volume)))).toMatchObject({
      spec: { volumes: [{ name: "scratch", emptyDir: {} }] },
    });
  });

  it("let a service's port stand for its target port", () => {
    const target = messageField(4, varintField(1, 0), varintField(2, 0), bytesField(3, ""));
    const port = messageField(1, varintField(3, 80), target);
    expect(decoded(envelope("v1", "Service", messageField(2, port)))).toMatchObject({
      spec: { ports: [{ port: 80 }] },
    });
  });
});

describe("messages that are no objects in JSON", () => {
  const metadata = (...fields: readonly Buffer[]): object =>
    (decoded(envelope("v1", "ConfigMap", messageField(1, ...fields))) as unknown as KubeObject).metadata;
  const lease = (...time: readonly Buffer[]): Json =>
    decoded(envelope("coordination.k8s.io/v1", "Lease", messageField(2, messageField(4, ...time))));

  it("times are texts, and no time is nothing", () => {
    expect(metadata(messageField(8, varintField(1, 1_700_000_000)))).toEqual({
      creationTimestamp: "2023-11-14T22:13:20Z",
    });
    expect(metadata(messageField(8))).toEqual({});
    expect(metadata(messageField(8, varintField(1, -62_135_596_800n)))).toEqual({});
    expect(lease(varintField(1, 1_700_000_000), varintField(2, 1_234_000))).toMatchObject({
      spec: { renewTime: "2023-11-14T22:13:20.001234Z" },
    });
  });

  it("quantities, and numbers that may be texts", () => {
    const limit = messageField(1, bytesField(1, "cpu"), messageField(2, bytesField(1, "500m")));
    const pod = decoded(envelope("v1", "Pod", messageField(2, messageField(2, messageField(8, limit)))));
    expect(pod).toMatchObject({ spec: { containers: [{ resources: { limits: { cpu: "500m" } } }] } });
    const budget = (...value: readonly Buffer[]) =>
      decoded(envelope("policy/v1", "PodDisruptionBudget", messageField(2, messageField(1, ...value))));
    expect(budget(varintField(1, 1), bytesField(3, "50%"))).toMatchObject({ spec: { minAvailable: "50%" } });
    expect(budget(varintField(1, 0), varintField(2, 2))).toMatchObject({ spec: { minAvailable: 2 } });
    expect(budget(varintField(2, -1n))).toMatchObject({ spec: { minAvailable: -1 } });
  });

  it("lists that are messages of their own", () => {
    const extra = messageField(
      5,
      bytesField(1, "scopes"),
      messageField(2, bytesField(1, "a"), bytesField(1, "b")),
    );
    const review = decoded(
      envelope("authorization.k8s.io/v1", "SubjectAccessReview", messageField(2, extra)),
    );
    expect(review).toMatchObject({ spec: { extra: { scopes: ["a", "b"] } } });
  });

  it("values of any shape, as JSON or in an envelope of their own", () => {
    const revision = (raw: Uint8Array | string) =>
      decoded(
        envelope("apps/v1", "ControllerRevision", messageField(2, bytesField(1, raw)), varintField(3, 7)),
      );
    expect(revision('{"spec":{"a":[1]}}')).toMatchObject({ data: { spec: { a: [1] } }, revision: 7 });
    const nested = envelope("v1", "ConfigMap", messageField(1, bytesField(1, "inner")));
    expect(revision(nested)).toMatchObject({ data: { kind: "ConfigMap", metadata: { name: "inner" } } });
    expect(() => revision("{")).toThrow("neither JSON nor an object in an envelope");
  });

  it("schemas of custom kinds", () => {
    const schema = Buffer.concat([
      bytesField(5, "object"),
      doubleField(9, 1.5),
      messageField(8, bytesField(1, '{"a":1}')),
      messageField(30, varintField(1, 0)),
      varintField(38, 1),
      bytesField(42, "map"),
    ]);
    const version = messageField(7, bytesField(1, "v1"), messageField(4, bytesField(1, schema)));
    const definition = decoded(
      envelope("apiextensions.k8s.io/v1", "CustomResourceDefinition", messageField(2, version)),
    );
    expect(definition).toMatchObject({
      spec: {
        versions: [
          {
            schema: {
              openAPIV3Schema: {
                type: "object",
                maximum: 1.5,
                default: { a: 1 },
                additionalProperties: false,
                "x-kubernetes-preserve-unknown-fields": true,
                "x-kubernetes-list-type": "map",
              },
            },
          },
        ],
      },
    });
  });

  it("members of inlined structs are the parent's own", () => {
    const exec = messageField(1, messageField(1, bytesField(1, "true")));
    const probe = messageField(10, exec, varintField(3, 5));
    const pod = decoded(envelope("v1", "Pod", messageField(2, messageField(2, probe))));
    expect(pod).toMatchObject({
      spec: { containers: [{ livenessProbe: { exec: { command: ["true"] }, timeoutSeconds: 5 } }] },
    });
  });
});

describe("the wire", () => {
  const data = (key: string, ...value: readonly Buffer[]) => messageField(2, bytesField(1, key), ...value);

  it("takes unknown fields, packed lists, entries without a value and the last of two", () => {
    const body = envelope("v1", "ConfigMap", varintField(999, 1), data("a"), data("b", bytesField(2, "1")));
    expect(decoded(body)).toEqual({ apiVersion: "v1", kind: "ConfigMap", data: { a: "", b: "1" } });
    const groups = bytesField(4, Buffer.concat([varint(1), varint(300)]));
    const pod = decoded(envelope("v1", "Pod", messageField(2, messageField(14, groups))));
    expect(pod).toMatchObject({ spec: { securityContext: { supplementalGroups: [1, 300] } } });
    const renamed = messageField(1, bytesField(1, "a"), bytesField(1, "b"));
    expect(decoded(envelope("v1", "ConfigMap", renamed))).toMatchObject({ metadata: { name: "b" } });
  });

  it("treats __proto__ as the key that it is", () => {
    const object = decoded(envelope("v1", "ConfigMap", data("__proto__", bytesField(2, "x")))) as {
      readonly data: object;
    };
    expect(Object.entries(object.data)).toEqual([["__proto__", "x"]]);
    expect(Object.getPrototypeOf(object.data)).toBe(Object.prototype);
  });

  it.each<[string, Uint8Array, string]>([
    ["no envelope", Buffer.from('{"kind":"Pod"}'), "does not begin with the bytes"],
    [
      "nothing after the envelope's first bytes",
      Buffer.from("k8s\0"),
      'no kind "" is registered for version ""',
    ],
    [
      "a kind that nobody knows",
      envelope("v1", "Nonsense"),
      'no kind "Nonsense" is registered for version "v1"',
    ],
    ["a kind with the name of a method", envelope("v1", "toString"), 'no kind "toString" is registered'],
    [
      "a custom kind",
      envelope("ray.io/v1", "RayCluster"),
      'no kind "RayCluster" is registered for version "ray.io/v1"',
    ],
    [
      "a broken end",
      envelope("v1", "Pod", messageField(1, bytesField(1, "p"))).subarray(0, -1),
      "unexpected EOF",
    ],
    [
      "a text where a message belongs",
      envelope("v1", "Pod", varintField(1, 3)),
      "core.v1.Pod.metadata: wrong wire type varint",
    ],
    [
      "a group, which protobuf has given up",
      envelope("v1", "Pod", varint(11)),
      "illegal wire type 3 of field 1",
    ],
    [
      "a number of eleven bytes",
      envelope("v1", "Pod", Buffer.from([8, ...Array(11).fill(0xff)])),
      "more than 64 bits",
    ],
    ["field number zero", envelope("v1", "Pod", Buffer.from([0, 0])), "illegal tag 0"],
    [
      "a time beyond all calendars",
      envelope("v1", "Pod", messageField(1, messageField(8, varintField(1, 2n ** 60n)))),
      "is no time",
    ],
    [
      "a compressed object",
      Buffer.concat([envelope("v1", "Pod"), bytesField(3, "gzip")]),
      'content encoding is "gzip"',
    ],
  ])("refuses %s with a sentence", (_, body, message) => {
    expect(() => decoded(body)).toThrow(KubeError);
    expect(() => decoded(body)).toThrow(message);
  });

  it("refuses schemas that lie too deep in each other instead of overflowing the stack", () => {
    let schema: Buffer = Buffer.alloc(0);
    for (let depth = 0; depth < 5_000; depth += 1) schema = messageField(27, schema);
    const version = messageField(7, messageField(4, messageField(1, schema)));
    const body = envelope("apiextensions.k8s.io/v1", "CustomResourceDefinition", messageField(2, version));
    expect(() => decoded(body)).toThrow("too deep");
  });
});

describe("20,000 bodies with errors", () => {
  const bodies = recorded.map(({ body }) => Buffer.from(body, "base64"));
  const mutation = fc.record({
    body: fc.constantFrom(...bodies),
    at: fc.nat(1_000),
    removed: fc.nat(20),
    inserted: fc.uint8Array({ maxLength: 12 }),
    repeats: fc.nat(2),
  });

  it("are read as something or refused with a sentence", () => {
    let refused = 0;
    const property = fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
      const [first, ...rest] = mutations;
      const body = rest.reduce((made, each) => mutated(made, each), mutated(first?.body ?? bodies[0], first));
      try {
        JSON.stringify(decoded(body));
      } catch (error) {
        refused += 1;
        if (!isKubeError(error, "BadRequest")) throw error;
      }
    });
    fc.assert(property, { numRuns: 20_000 });
    expect(refused).toBeGreaterThan(5_000);
  });
});

interface Mutation {
  readonly at: number;
  readonly removed: number;
  readonly inserted: Uint8Array;
  readonly repeats: number;
}

function mutated(body: Buffer | undefined, mutation: Mutation | undefined): Buffer {
  if (!body || !mutation) throw new Error("Cannot mutate nothing");
  const { at, removed, inserted, repeats } = mutation;
  const start = Math.max(4, at % body.length);
  const insertions = Array.from({ length: repeats }, () => inserted);
  return Buffer.concat([body.subarray(0, start), ...insertions, body.subarray(start + removed)]);
}
