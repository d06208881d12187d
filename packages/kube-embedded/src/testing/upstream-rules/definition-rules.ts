import { type Expectation, failure, invalid, patch, post, remove } from "./expectation.ts";

export const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
export const GADGETS = "/apis/{ns}.example.com/v1/namespaces/{ns}/gadgets";
const ROOT = "spec.validation.openAPIV3Schema";

interface Version {
  readonly name?: string;
  readonly served?: boolean;
  readonly storage?: boolean;
  readonly subresources?: object;
}

/** A definition of gadgets, in a group of the expectation's own. */
export function gadgets(properties: object, version: Version = {}, spec: object = {}): object {
  const openAPIV3Schema = { type: "object", properties: { spec: { type: "object", properties } } };
  return definition(
    [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema }, ...version }],
    spec,
  );
}

function definition(versions: readonly object[], spec: object = {}): object {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "gadgets.{ns}.example.com" },
    spec: {
      group: "{ns}.example.com",
      scope: "Namespaced",
      names: { plural: "gadgets", kind: "Gadget" },
      versions,
      ...spec,
    },
  };
}

export function withSchema(openAPIV3Schema: object): object {
  return definition([{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema } }]);
}

export const NAME = "gadgets.{ns}.example.com";
const KIND = "CustomResourceDefinition.apiextensions.k8s.io";
export const gadget = (spec: object) => ({
  apiVersion: "{ns}.example.com/v1",
  kind: "Gadget",
  metadata: { name: "g" },
  spec,
});

const EMBEDDED = {
  type: "object",
  "x-kubernetes-embedded-resource": true,
  "x-kubernetes-preserve-unknown-fields": true,
};

export const DEFINITION_RULES: readonly Expectation[] = [
  {
    name: "may embed whole objects, with rules and defaults beside them",
    request: post(
      DEFINITIONS,
      gadgets({
        template: { ...EMBEDDED, default: { apiVersion: "v1", kind: "Pod", metadata: { name: "p" } } },
        templates: { type: "array", items: EMBEDDED },
        size: { type: "integer", "x-kubernetes-validations": [{ rule: "self > 0" }] },
      }),
    ),
    status: 201,
  },
  {
    name: "is named after what it defines",
    request: post(DEFINITIONS, { ...gadgets({}), metadata: { name: "{ns}.example.com" } }),
    ...failure(422, "Invalid", {
      details: {
        causes: [
          {
            reason: "FieldValueInvalid",
            field: "metadata.name",
            message: 'Invalid value: "{ns}.example.com": must be spec.names.plural+"."+spec.group',
          },
        ],
      },
    }),
  },
  {
    name: "has its names filled in",
    request: post(DEFINITIONS, gadgets({})),
    status: 201,
    json: {
      metadata: { generation: 1 },
      spec: {
        names: { plural: "gadgets", singular: "gadget", kind: "Gadget", listKind: "GadgetList" },
        conversion: { strategy: "None" },
      },
    },
  },
  {
    name: "is established when nobody else has its names",
    before: [post(DEFINITIONS, gadgets({}))],
    request: { path: `${DEFINITIONS}/${NAME}` },
    status: 200,
    json: {
      status: {
        conditions: [
          { type: "NamesAccepted", status: "True", reason: "NoConflicts", message: "no conflicts found" },
          {
            type: "Established",
            status: "True",
            reason: "InitialNamesAccepted",
            message: "the initial names have been accepted",
          },
        ],
        acceptedNames: { plural: "gadgets", kind: "Gadget" },
        storedVersions: ["v1"],
      },
    },
  },
  {
    name: "is served as soon as it is established",
    before: [post(DEFINITIONS, gadgets({}))],
    request: { path: GADGETS },
    status: 200,
    json: { kind: "GadgetList", items: [] },
  },
  {
    name: "needs a schema",
    request: post(DEFINITIONS, definition([{ name: "v1", served: true, storage: true }])),
    ...invalid(KIND, NAME, [
      "spec.versions[0].schema.openAPIV3Schema",
      "Required value: schemas are required",
    ]),
  },
  {
    name: "describes an object",
    request: post(DEFINITIONS, withSchema({ type: "string" })),
    ...invalid(KIND, NAME, [`${ROOT}.type`, 'Invalid value: "string": must be object at the root']),
  },
  {
    name: "says what its root is",
    request: post(DEFINITIONS, withSchema({ properties: {} })),
    ...invalid(KIND, NAME, [`${ROOT}.type`, "Required value: must not be empty at the root"]),
  },
  {
    name: "says what its fields are",
    request: post(DEFINITIONS, gadgets({ size: {} })),
    ...invalid(KIND, NAME, [
      `${ROOT}.properties[spec].properties[size].type`,
      "Required value: must not be empty for specified object fields",
    ]),
  },
  {
    name: "says what its lists hold",
    request: post(DEFINITIONS, gadgets({ sizes: { type: "array" } })),
    ...invalid(KIND, NAME, [
      `${ROOT}.properties[spec].properties[sizes].items`,
      "Required value: must be specified",
    ]),
  },
  {
    name: "says what the items of its lists are",
    request: post(DEFINITIONS, gadgets({ sizes: { type: "array", items: {} } })),
    ...invalid(KIND, NAME, [
      `${ROOT}.properties[spec].properties[sizes].items.type`,
      "Required value: must not be empty for specified array items",
    ]),
  },
  {
    name: "points nowhere else",
    request: post(DEFINITIONS, gadgets({ size: { $ref: "#/definitions/size" } })),
    ...failure(422, "Invalid", { details: { kind: "CustomResourceDefinition" } }),
    text: "$ref is not supported",
  },
  {
    name: "forbids no further fields",
    request: post(DEFINITIONS, gadgets({ size: { type: "object", additionalProperties: false } })),
    ...invalid(KIND, NAME, [
      `${ROOT}.properties[spec].properties[size].additionalProperties`,
      "Forbidden: additionalProperties cannot be set to false",
    ]),
  },
  {
    name: "stores one version",
    request: post(DEFINITIONS, gadgets({}, { storage: false })),
    ...failure(422, "Invalid", {
      details: { causes: [{ reason: "FieldValueInvalid", field: "spec.versions" }] },
    }),
    text: "must have exactly one version marked as storage version",
  },
  {
    name: "has a scope of two",
    request: post(DEFINITIONS, gadgets({}, {}, { scope: "Everywhere" })),
    ...invalid(KIND, NAME, [
      "spec.scope",
      'Unsupported value: "Everywhere": supported values: "Cluster", "Namespaced"',
    ]),
  },
  {
    name: "keeps its scope",
    before: [post(DEFINITIONS, gadgets({}))],
    request: patch(`${DEFINITIONS}/${NAME}`, "merge", { spec: { scope: "Cluster" } }),
    ...invalid(KIND, NAME, ["spec.scope", 'Invalid value: "Cluster": field is immutable']),
  },
  {
    name: "keeps its kind",
    before: [post(DEFINITIONS, gadgets({}))],
    request: patch(`${DEFINITIONS}/${NAME}`, "merge", { spec: { names: { kind: "Thing" } } }),
    ...failure(422, "Invalid", {
      details: { causes: [{ reason: "FieldValueInvalid", field: "spec.names.kind" }] },
    }),
  },
  {
    name: "has keys for lists that are maps",
    request: post(
      DEFINITIONS,
      gadgets({
        parts: {
          type: "array",
          "x-kubernetes-list-type": "map",
          items: { type: "object", properties: { name: { type: "string" } } },
        },
      }),
    ),
    ...invalid(KIND, NAME, [
      `${ROOT}.properties[spec].properties[parts].x-kubernetes-list-map-keys`,
      "Required value: must not be empty if x-kubernetes-list-type is map",
    ]),
  },
  {
    name: "has rules that compile",
    request: post(
      DEFINITIONS,
      gadgets({ size: { type: "integer", "x-kubernetes-validations": [{ rule: "self >" }] } }),
    ),
    ...failure(422, "Invalid", {
      details: {
        causes: [
          {
            reason: "FieldValueInvalid",
            field: `${ROOT}.properties[spec].properties[size].x-kubernetes-validations[0].rule`,
          },
        ],
      },
    }),
    text: "compilation failed: ",
  },
  {
    name: "has rules that cannot cost too much",
    request: post(
      DEFINITIONS,
      gadgets({
        sizes: {
          type: "array",
          maxItems: 2_000,
          items: { type: "integer" },
          "x-kubernetes-validations": [{ rule: "self.all(x, self.all(y, x != y))" }],
        },
      }),
    ),
    ...invalid(KIND, NAME, [
      `${ROOT}.properties[spec].properties[sizes].x-kubernetes-validations[0].rule`,
      "Forbidden: estimated rule cost exceeds budget by factor of 2.0x (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)",
    ]),
  },
  {
    name: "limits the lists and texts that its rules go through",
    request: post(
      DEFINITIONS,
      gadgets({
        names: {
          type: "array",
          items: { type: "string" },
          "x-kubernetes-validations": [{ rule: "self.all(x, x.contains('a string'))" }],
        },
      }),
    ),
    ...failure(422, "Invalid", { details: { kind: "CustomResourceDefinition" } }),
    text: "estimated rule cost exceeds budget by factor of more than 100x (try simplifying the rule",
  },
  {
    name: "has rules about fields that it has",
    request: post(
      DEFINITIONS,
      gadgets({
        size: {
          type: "object",
          properties: { min: { type: "integer" } },
          "x-kubernetes-validations": [{ rule: "self.min < self.max" }],
        },
      }),
    ),
    ...failure(422, "Invalid", { details: { kind: "CustomResourceDefinition" } }),
    text: "undefined field 'max'",
  },
  {
    name: "that goes waits for its objects to be removed",
    before: [
      post(DEFINITIONS, gadgets({})),
      post(GADGETS, { ...gadget({}), metadata: { name: "g", finalizers: ["example.com/wait"] } }),
    ],
    request: remove(`${DEFINITIONS}/${NAME}`),
    status: 200,
    json: { metadata: { finalizers: ["customresourcecleanup.apiextensions.k8s.io"] } },
  },
];
