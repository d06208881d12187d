import { KUBE_SCHEMAS, type KubeObject, type Schema } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { compileSchema } from "./compile-schema.ts";
import type { CompiledSchema } from "./compiled-schema.ts";

const CONTAINER: Schema = {
  type: "object",
  required: ["name"],
  properties: {
    name: { type: "string" },
    image: { type: "string" },
    resources: {
      type: "object",
      properties: {
        limits: {
          type: "object",
          additionalProperties: {
            anyOf: [{ type: "integer" }, { type: "string" }],
            pattern: "^[0-9]+(m|Gi)?$",
            "x-kubernetes-int-or-string": true,
          },
        },
      },
    },
    ports: {
      type: "array",
      items: {
        type: "object",
        required: ["containerPort"],
        properties: {
          containerPort: { type: "integer", format: "int32" },
          protocol: { type: "string", default: "TCP" },
        },
      },
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["containerPort", "protocol"],
    },
  },
};

const SPEC: Schema = {
  type: "object",
  required: ["containers"],
  properties: {
    replicas: { type: "integer", format: "int32", default: 1, minimum: 0, maximum: 9 },
    mode: { type: "string", enum: ["token", "disabled"] },
    startTime: { type: "string", format: "date-time", nullable: true },
    name: { type: "string", maxLength: 3, minLength: 1, pattern: "^[a-z]+$" },
    tags: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set", maxItems: 3 },
    labels: { type: "object", additionalProperties: { type: "string" } },
    free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
    embedded: {
      type: "object",
      "x-kubernetes-embedded-resource": true,
      "x-kubernetes-preserve-unknown-fields": true,
    },
    strategy: {
      type: "object",
      default: {},
      properties: { surge: { type: "integer", default: 100 } },
      oneOf: [{ required: ["surge"] }, { required: ["free"] }],
    },
    containers: {
      type: "array",
      items: CONTAINER,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
    },
  },
};

const ROOT: Schema = {
  type: "object",
  properties: {
    metadata: { type: "object", properties: { name: { type: "string", maxLength: 5 } } },
    spec: SPEC,
  },
};

const custom = compileSchema(ROOT, { definitions: KUBE_SCHEMAS, isCustom: true });

function thing(spec: object, metadata: object = {}): KubeObject {
  return { apiVersion: "x.io/v1", kind: "Thing", metadata: { name: "a", ...metadata }, spec } as KubeObject;
}

const pod = builtIn("Pod");

function builtIn(name: string): CompiledSchema {
  const schema = KUBE_SCHEMAS[name];
  if (schema === undefined) throw new Error(`Cannot test schema: no ${name}`);
  return compileSchema(schema, { definitions: KUBE_SCHEMAS, isCustom: false });
}

function messages(schema: CompiledSchema, object: KubeObject, stored?: KubeObject): readonly string[] {
  return schema.validate(object, stored).map(({ field, message }) => `${field}: ${message}`);
}

function problemsOf(spec: object): readonly string[] {
  return messages(custom, thing({ containers: [], ...spec }));
}

describe("prune", () => {
  it("drops what the schema does not know and names the paths", () => {
    const { object, unknownFields } = custom.prune(
      thing({ bogus: 1, containers: [{ name: "a", imagee: "x", resources: { limits: { cpu: 1 } } }] }),
    );
    expect(object).toEqual(thing({ containers: [{ name: "a", resources: { limits: { cpu: 1 } } }] }));
    expect(unknownFields).toEqual(["spec.bogus", "spec.containers[0].imagee"]);
  });

  it("keeps everything below preserve-unknown-fields, and an embedded resource's own fields", () => {
    const embedded = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p", labels: { a: "b" } },
      spec: { x: 1 },
    };
    const object = thing({ free: { a: [{ b: 1 }] }, embedded, containers: [] });
    expect(custom.prune(object)).toEqual({ object, unknownFields: [] });
  });

  it("prunes metadata by the rules of all metadata, whatever the schema says about it", () => {
    const object = thing({ containers: [] }, { labels: { a: "b" }, ownerReferences: [], color: "red" });
    expect(custom.prune(object).unknownFields).toEqual(["metadata.color"]);
  });

  it("answers the very same object when there is nothing to drop", () => {
    const object = thing({ containers: [{ name: "a" }] });
    expect(custom.prune(object).object).toBe(object);
  });

  it("treats names like __proto__ as names", () => {
    const spec = JSON.parse(
      '{"containers": [], "__proto__": {"polluted": true}, "labels": {"__proto__": "x"}}',
    );
    const { object, unknownFields } = custom.prune(thing(spec));
    expect(unknownFields).toEqual(["spec.__proto__"]);
    expect(JSON.stringify(object)).toContain('"labels":{"__proto__":"x"}');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it("follows the references of built-in kinds", () => {
    const object = { ...thing({ containers: [{ name: "a", imagee: "x" }] }), apiVersion: "v1", kind: "Pod" };
    expect(pod.prune(object).unknownFields).toEqual(["spec.containers[0].imagee"]);
  });
});

describe("withDefaults", () => {
  it("fills in defaults at every depth, those inside defaults too", () => {
    const object = custom.withDefaults(
      thing({ containers: [{ name: "a", ports: [{ containerPort: 80 }] }] }),
    );
    expect(object).toMatchObject({
      spec: {
        replicas: 1,
        strategy: { surge: 100 },
        containers: [{ ports: [{ containerPort: 80, protocol: "TCP" }] }],
      },
    });
  });

  it("takes null for absent unless the field is nullable", () => {
    const object = custom.withDefaults(
      thing({ replicas: null, mode: null, startTime: null, containers: [] }),
    );
    expect(object).toMatchObject({ spec: { replicas: 1, startTime: null } });
    expect((object as unknown as { spec: object }).spec).not.toHaveProperty("mode");
  });

  it("leaves what is given alone", () => {
    const object = thing({ replicas: 0, strategy: { surge: 1 }, containers: [] });
    expect(custom.withDefaults(object)).toBe(object);
  });

  it("leaves empty texts out of built-in kinds", () => {
    const env = [{ name: "A", valueFrom: { configMapKeyRef: { key: "k" } } }];
    const object = {
      ...thing({ containers: [{ name: "a", env, ports: [{ containerPort: 1 }] }] }),
      kind: "Pod",
    };
    const { spec } = pod.withDefaults(object) as unknown as { spec: { containers: object[] } };
    expect(spec.containers[0]).toEqual({ name: "a", env, ports: [{ containerPort: 1, protocol: "TCP" }] });
  });
});

describe("validate, in Kubernetes' words", () => {
  const cases: readonly (readonly [name: string, spec: object, message: string])[] = [
    ["required", { containers: [{}] }, "spec.containers[0].name: Required value"],
    [
      "type",
      { replicas: "3" },
      'spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"',
    ],
    [
      "fraction for integer",
      { replicas: 1.5 },
      'spec.replicas: Invalid value: "number": spec.replicas in body must be of type integer: "number"',
    ],
    ["enum", { mode: "open" }, 'spec.mode: Unsupported value: "open": supported values: "token", "disabled"'],
    [
      "minimum",
      { replicas: -1 },
      "spec.replicas: Invalid value: -1: spec.replicas in body should be greater than or equal to 0",
    ],
    [
      "maximum",
      { replicas: 10 },
      "spec.replicas: Invalid value: 10: spec.replicas in body should be less than or equal to 9",
    ],
    ["pattern", { name: "A" }, `spec.name: Invalid value: "A": spec.name in body should match '^[a-z]+$'`],
    ["maxLength", { name: "abcd" }, "spec.name: Too long: may not be more than 3 bytes"],
    ["maxItems", { tags: ["a", "b", "c", "d"] }, "spec.tags: Too many: 4: must have at most 3 items"],
    ["set", { tags: ["a", "a"] }, 'spec.tags[1]: Duplicate value: "a"'],
    [
      "map",
      { containers: [{ name: "a" }, { name: "a" }] },
      'spec.containers[1]: Duplicate value: {"name":"a"}',
    ],
    [
      "map with a defaulted key",
      { containers: [{ name: "a", ports: [{ containerPort: 1 }, { containerPort: 1, protocol: "TCP" }] }] },
      'spec.containers[0].ports[1]: Duplicate value: {"containerPort":1,"protocol":"TCP"}',
    ],
    [
      "format",
      { startTime: "yesterday" },
      'spec.startTime: Invalid value: "yesterday": spec.startTime in body must be of type date-time: "yesterday"',
    ],
    [
      "int or string",
      { containers: [{ name: "a", resources: { limits: { cpu: true } } }] },
      'spec.containers[0].resources.limits.cpu: Invalid value: "boolean": spec.containers[0].resources.limits.cpu in body must be of type integer,string: "boolean"',
    ],
    [
      "oneOf",
      { strategy: { surge: 1, free: 2 } },
      'spec.strategy: Invalid value: "": "spec.strategy" must validate one and only one schema (oneOf). Found 2 valid alternatives',
    ],
    ["embedded resource", { embedded: { kind: "Pod" } }, "spec.embedded.apiVersion: Required value"],
  ];

  it.each(cases)("%s", (_, spec, message) => {
    expect(problemsOf(spec)).toContain(message);
  });

  it("accepts null only where it is allowed", () => {
    expect(problemsOf({ startTime: null })).toEqual([]);
    expect(problemsOf({ labels: { a: null } })).toHaveLength(1);
  });

  it("holds metadata to the common rules and to the author's", () => {
    expect(messages(custom, thing({ containers: [] }, { name: "abcdef", labels: { a: 1 } }))).toEqual([
      'metadata.labels.a: Invalid value: "integer": metadata.labels.a in body must be of type string: "integer"',
      "metadata.name: Too long: may not be more than 5 bytes",
    ]);
  });

  it("lets through on update what was wrong before and has not changed", () => {
    const stored = thing({ replicas: 12, containers: [{ name: "A" }], tags: ["a", "a"] });
    const edited = thing({ replicas: 12, containers: [{ name: "A", image: "x" }], tags: ["a", "a"] });
    expect(custom.validate(edited, stored)).toEqual([]);
    expect(custom.validate(edited)).toHaveLength(2);
  });

  it("knows the common mistakes in built-in kinds", () => {
    const containers = [
      { name: "A", image: "i", ports: [{ containerPort: 80, protocol: "ICMP" }] },
      { name: "b" },
    ];
    expect(messages(pod, { ...thing({ containers, restartPolicy: "No" }), kind: "Pod" })).toEqual([
      expect.stringContaining('spec.containers[0].name: Invalid value: "A": a lowercase RFC 1123 label must'),
      expect.stringContaining('spec.containers[0].ports[0].protocol: Unsupported value: "ICMP"'),
      "spec.containers[1].image: Required value",
      expect.stringContaining('spec.restartPolicy: Unsupported value: "No"'),
    ]);
  });

  it("lets duplicates pass where Kubernetes itself does", () => {
    const env = [{ name: "A" }, { name: "A" }];
    const containers = [{ name: "a", image: "i", env }];
    expect(pod.validate({ ...thing({ containers }), kind: "Pod" })).toEqual([]);
    expect(
      pod.validate({ ...thing({ containers: [...containers, ...containers] }), kind: "Pod" }),
    ).toHaveLength(1);
  });
});
