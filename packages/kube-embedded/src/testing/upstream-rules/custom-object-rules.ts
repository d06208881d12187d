import { DEFINITIONS, GADGETS, gadget, gadgets, NAME, withSchema } from "./definition-rules.ts";
import { type Expectation, failure, patch, post, put } from "./expectation.ts";

const PARTS = {
  size: { type: "integer", minimum: 1, maximum: 10, multipleOf: 2 },
  color: { type: "string", enum: ["red", "blue"] },
  code: { type: "string", pattern: "^[a-z]+$", minLength: 2, maxLength: 4 },
  when: { type: "string", format: "date-time" },
  limits: { type: "object", maxProperties: 1, additionalProperties: { type: "string" } },
  names: { type: "array", maxItems: 2, minItems: 1, items: { type: "string" } },
  tags: { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" } },
  parts: {
    type: "array",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["name"],
    items: {
      type: "object",
      required: ["name"],
      properties: { name: { type: "string" }, amount: { type: "integer" } },
    },
  },
  port: { "x-kubernetes-int-or-string": true },
  free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  mode: { type: "string", default: "plain" },
  memory: { type: "string", format: "quantity" },
  template: {
    type: "object",
    "x-kubernetes-embedded-resource": true,
    "x-kubernetes-preserve-unknown-fields": true,
  },
  maybe: { type: "string", nullable: true },
};

/** A gadget's spec and the one problem that it has. */
const REFUSED: readonly (readonly [
  name: string,
  spec: object,
  field: string,
  message: string,
  reason?: string,
])[] = [
  [
    "is of another type",
    { size: "big" },
    "spec.size",
    'Invalid value: "string": spec.size in body must be of type integer: "string"',
    "FieldValueTypeInvalid",
  ],
  [
    "is too small",
    { size: 0 },
    "spec.size",
    "Invalid value: 0: spec.size in body should be greater than or equal to 1",
  ],
  [
    "is too large",
    { size: 12 },
    "spec.size",
    "Invalid value: 12: spec.size in body should be less than or equal to 10",
  ],
  [
    "is no multiple",
    { size: 3 },
    "spec.size",
    "Invalid value: 3: spec.size in body should be a multiple of 2",
  ],
  [
    "is none of a few",
    { color: "green" },
    "spec.color",
    'Unsupported value: "green": supported values: "red", "blue"',
  ],
  [
    "is not of the pattern",
    { code: "A1" },
    "spec.code",
    "Invalid value: \"A1\": spec.code in body should match '^[a-z]+$'",
  ],
  [
    "embeds an object of an impossible kind",
    { template: { apiVersion: "v1", kind: "Bad Kind" } },
    "spec.template.kind",
    "Invalid value: \"Bad Kind\": may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
  ],
  [
    "embeds an object of no version",
    { template: { kind: "Pod" } },
    "spec.template.apiVersion",
    "Required value",
  ],
  [
    "is too short",
    { code: "a" },
    "spec.code",
    'Invalid value: "a": spec.code in body should be at least 2 chars long',
  ],
  ["is too long", { code: "abcde" }, "spec.code", "Too long: may not be more than 4 bytes"],
  [
    "is no time",
    { when: "tomorrow" },
    "spec.when",
    'Invalid value: "tomorrow": spec.when in body must be of type date-time: "tomorrow"',
    "FieldValueTypeInvalid",
  ],
  [
    "has too many members",
    { limits: { a: "1", b: "2" } },
    "spec.limits",
    "Too many: 2: must have at most 1 item",
  ],
  ["has too many items", { names: ["a", "b", "c"] }, "spec.names", "Too many: 3: must have at most 2 items"],
  [
    "has too few items",
    { names: [] },
    "spec.names",
    "Invalid value: 0: spec.names in body should have at least 1 items",
  ],
  ["is in a set twice", { tags: ["a", "a"] }, "spec.tags[1]", 'Duplicate value: "a"'],
  [
    "is in a map twice",
    { parts: [{ name: "a" }, { name: "a" }] },
    "spec.parts[1]",
    'Duplicate value: {"name":"a"}',
  ],
  ["lacks what is required", { parts: [{}] }, "spec.parts[0].name", "Required value"],
  [
    "is neither number nor text",
    { port: true },
    "spec.port",
    'Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"',
    "FieldValueTypeInvalid",
  ],
];

/** A rule on gadgets' specs, a spec that breaks it, and what is said. */
const BROKEN: readonly (readonly [name: string, rule: object, spec: object, cause: object])[] = [
  [
    "says its own message",
    { rule: "self.low <= self.high", message: "low may not be above high" },
    { low: 5, high: 1 },
    {
      reason: "FieldValueInvalid",
      field: "spec",
      message: 'Invalid value: "object": low may not be above high',
    },
  ],
  [
    "without a message is quoted",
    { rule: "self.low <= self.high" },
    { low: 5, high: 1 },
    {
      reason: "FieldValueInvalid",
      field: "spec",
      message: 'Invalid value: "object": failed rule: self.low <= self.high',
    },
  ],
  [
    "may compute its message",
    { rule: "self.low <= self.high", messageExpression: "'low is %d'.format([self.low])" },
    { low: 5, high: 1 },
    { message: 'Invalid value: "object": low is 5' },
  ],
  [
    "may name its field and its reason",
    { rule: "has(self.high)", fieldPath: ".high", reason: "FieldValueRequired", message: "say how high" },
    { low: 5 },
    { reason: "FieldValueRequired", field: "spec.high", message: "Required value: say how high" },
  ],
  [
    "that cannot be evaluated is broken",
    { rule: "self.high > 0" },
    { low: 5 },
    {
      reason: "FieldValueInvalid",
      field: "spec",
      message: 'Invalid value: "object": no such key: high evaluating rule: self.high > 0',
    },
  ],
  [
    "may format texts",
    { rule: "self.low < 3", messageExpression: "'%s is not below %d'.format([string(self.low), 3])" },
    { low: 5 },
    { message: 'Invalid value: "object": 5 is not below 3' },
  ],
  [
    "may take quantities",
    { rule: "quantity(self.memory).isLessThan(quantity('1Gi'))", message: "too much" },
    { memory: "2Gi" },
    { message: 'Invalid value: "object": too much' },
  ],
  [
    "may take addresses apart",
    { rule: "url(self.link).getScheme() == 'https'", message: "must be https" },
    { link: "http://example.com" },
    { message: 'Invalid value: "object": must be https' },
  ],
  [
    "may know networks",
    { rule: "cidr('10.0.0.0/8').containsIP(self.address)", message: "is outside" },
    { address: "192.168.0.1" },
    { message: 'Invalid value: "object": is outside' },
  ],
];

const RULED = {
  low: { type: "integer" },
  high: { type: "integer" },
  memory: { type: "string" },
  link: { type: "string" },
  address: { type: "string" },
};

function ruled(rule: object): object {
  const spec = { type: "object", properties: RULED, "x-kubernetes-validations": [rule] };
  return withSchema({ type: "object", properties: { spec } });
}

const KEEPS = ruled({ rule: "self.low == oldSelf.low", message: "low stays" });

export const CUSTOM_OBJECT_RULES: readonly Expectation[] = [
  ...REFUSED.map(([name, spec, field, message, reason]) => ({
    name: `is refused when a value ${name}`,
    before: [post(DEFINITIONS, gadgets(PARTS))],
    request: post(GADGETS, gadget(spec)),
    ...failure(422, "Invalid", {
      message: `Gadget.{ns}.example.com "g" is invalid: ${field}: ${message}`,
      details: { causes: [{ field, message, ...(reason && { reason }) }] },
    }),
  })),
  {
    name: "may have formats that Kubernetes does not know, which ask nothing",
    before: [post(DEFINITIONS, gadgets(PARTS))],
    request: post(GADGETS, gadget({ memory: "lots" })),
    status: 201,
    json: { spec: { memory: "lots" } },
  },
  {
    name: "gets its defaults",
    before: [post(DEFINITIONS, gadgets(PARTS))],
    request: post(GADGETS, gadget({})),
    status: 201,
    json: { spec: { mode: "plain" } },
  },
  {
    name: "gets its default for a null that may not be",
    before: [post(DEFINITIONS, gadgets(PARTS))],
    request: post(GADGETS, gadget({ mode: null })),
    status: 201,
    json: { spec: { mode: "plain" } },
  },
  {
    name: "keeps a null that may be",
    before: [post(DEFINITIONS, gadgets(PARTS))],
    request: post(GADGETS, gadget({ maybe: null })),
    status: 201,
    json: { spec: { maybe: null } },
  },
  {
    name: "keeps what nobody describes where that is allowed",
    before: [post(DEFINITIONS, gadgets(PARTS))],
    request: post(GADGETS, gadget({ free: { any: [1, { thing: true }] } })),
    status: 201,
    json: { spec: { free: { any: [1, { thing: true }] } } },
  },
  {
    name: "loses what nobody describes",
    before: [post(DEFINITIONS, gadgets(PARTS))],
    request: post(GADGETS, gadget({ unheard: 1 })),
    status: 201,
    absent: ["spec.unheard"],
  },
  {
    name: "has a status of its own place",
    before: [
      post(DEFINITIONS, gadgets(PARTS, { subresources: { status: {} } })),
      post(GADGETS, { ...gadget({}), status: { ready: true } }),
    ],
    request: { path: `${GADGETS}/g` },
    status: 200,
    absent: ["status"],
  },
  {
    name: "keeps what a stricter schema would refuse, while it does not change",
    before: [
      post(DEFINITIONS, gadgets({ size: { type: "integer" }, color: { type: "string" } })),
      post(GADGETS, gadget({ size: 50 })),
      patch(`${DEFINITIONS}/${NAME}`, "json", [
        {
          op: "add",
          path: "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/size/maximum",
          value: 10,
        },
      ]),
    ],
    request: patch(`${GADGETS}/g`, "merge", { spec: { color: "red" } }),
    status: 200,
    json: { spec: { size: 50, color: "red" } },
  },
  {
    name: "of a PUT needs its revision",
    before: [post(DEFINITIONS, gadgets(PARTS)), post(GADGETS, gadget({}))],
    request: put(`${GADGETS}/g`, gadget({ size: 2 })),
    ...failure(422, "Invalid", {
      message:
        'Gadget.{ns}.example.com "g" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
    }),
  },
  ...BROKEN.map(([name, rule, spec, cause]) => ({
    name: `has a rule that ${name}`,
    before: [post(DEFINITIONS, ruled(rule))],
    request: post(GADGETS, gadget(spec)),
    ...failure(422, "Invalid", { details: { causes: [cause] } }),
  })),
  {
    name: "is not compared with what was not there",
    before: [post(DEFINITIONS, KEEPS)],
    request: post(GADGETS, gadget({ low: 1 })),
    status: 201,
  },
  {
    name: "is compared with what was there",
    before: [post(DEFINITIONS, KEEPS), post(GADGETS, gadget({ low: 1 }))],
    request: patch(`${GADGETS}/g`, "merge", { spec: { low: 2 } }),
    ...failure(422, "Invalid", {
      details: { causes: [{ field: "spec", message: 'Invalid value: "object": low stays' }] },
    }),
  },
];
