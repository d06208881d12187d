import {
  CONFIG_MAPS,
  configMap,
  DEPLOYMENTS,
  deployment,
  type Expectation,
  failure,
  invalid,
  PODS,
  patch,
  pod,
  post,
  put,
  remove,
  WIDGETS,
  widget,
} from "./expectation.ts";

/** What the query and the options object of a request may say. */
export const OPTION_RULES: readonly Expectation[] = [
  {
    name: "of a create know one dry run",
    request: post(`${CONFIG_MAPS}?dryRun=Some`, configMap("a")),
    ...failure(422, "Invalid", {
      details: {
        group: "meta.k8s.io",
        kind: "CreateOptions",
        causes: [{ reason: "FieldValueNotSupported", field: "dryRun" }],
      },
    }),
  },
  {
    name: "of an update know three field validations",
    given: [configMap("a")],
    request: put(`${CONFIG_MAPS}/a?fieldValidation=Perhaps`, configMap("a")),
    ...invalid("UpdateOptions.meta.k8s.io", "", [
      "fieldValidation",
      'Unsupported value: "Perhaps": supported values: "", "Ignore", "Strict", "Warn"',
    ]),
  },
  {
    name: "of a patch limit the manager's name",
    given: [configMap("a")],
    request: patch(`${CONFIG_MAPS}/a?fieldManager=${"m".repeat(129)}`, "merge", {}),
    ...invalid("PatchOptions.meta.k8s.io", "", ["fieldManager", "Too long: may not be more than 128 bytes"]),
  },
  {
    name: "of a create refuse a manager's name that cannot be printed",
    request: post(`${CONFIG_MAPS}?fieldManager=a%07b`, configMap("a")),
    ...failure(422, "Invalid", {
      details: { kind: "CreateOptions", causes: [{ reason: "FieldValueInvalid", field: "fieldManager" }] },
    }),
  },
  {
    name: "of a patch that is no apply know no force",
    given: [configMap("a")],
    request: patch(`${CONFIG_MAPS}/a?force=false`, "strategic", {}),
    ...invalid("PatchOptions.meta.k8s.io", "", [
      "force",
      "Forbidden: may not be specified for non-apply patch",
    ]),
  },
  {
    name: "of an apply name its manager",
    request: patch(`${CONFIG_MAPS}/a`, "apply", configMap("a")),
    ...invalid("PatchOptions.meta.k8s.io", "", [
      "fieldManager",
      "Required value: is required for apply patch",
    ]),
  },
  {
    name: "of a deletion know three policies",
    given: [configMap("a")],
    request: remove(`${CONFIG_MAPS}/a`, { propagationPolicy: "Never" }),
    ...invalid("DeleteOptions.meta.k8s.io", "", [
      "propagationPolicy",
      'Unsupported value: "Never": supported values: "Foreground", "Background", "Orphan", "nil"',
    ]),
  },
  {
    name: "of a deletion say what becomes of dependents once",
    given: [configMap("a")],
    request: remove(`${CONFIG_MAPS}/a`, { propagationPolicy: "Orphan", orphanDependents: true }),
    ...invalid("DeleteOptions.meta.k8s.io", "", [
      "propagationPolicy",
      'Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set',
    ]),
  },
  {
    name: "of a deletion know one dry run",
    given: [configMap("a")],
    request: remove(`${CONFIG_MAPS}/a?dryRun=Some`),
    ...failure(422, "Invalid", {
      details: { kind: "DeleteOptions", causes: [{ reason: "FieldValueNotSupported", field: "dryRun" }] },
    }),
  },
  {
    name: "refuse a boolean that is none",
    given: [configMap("a")],
    request: { path: `${CONFIG_MAPS}?watch=perhaps` },
    ...failure(400, "BadRequest"),
  },
  {
    name: "take True for true",
    given: [configMap("a")],
    request: { path: `${CONFIG_MAPS}?watch=True&timeoutSeconds=1` },
    status: 200,
    json: { type: "ADDED" },
  },
  {
    name: "that nobody knows are passed over",
    given: [configMap("a")],
    request: { path: `${CONFIG_MAPS}/a?color=blue` },
    status: 200,
    json: { metadata: { name: "a" } },
  },
];

export const DRY_RUN_RULES: readonly Expectation[] = [
  {
    name: "of an update answers with the object as it would be",
    given: [configMap("a")],
    request: put(`${CONFIG_MAPS}/a?dryRun=All`, configMap("a", { data: { key: "new" } })),
    status: 200,
    json: { data: { key: "new" } },
  },
  {
    name: "of an update stores nothing",
    given: [configMap("a", { data: { key: "old" } })],
    before: [put(`${CONFIG_MAPS}/a?dryRun=All`, configMap("a", { data: { key: "new" } }))],
    request: { path: `${CONFIG_MAPS}/a` },
    status: 200,
    json: { data: { key: "old" }, metadata: { resourceVersion: "{rv}" } },
  },
  {
    name: "of a patch stores nothing",
    given: [configMap("a")],
    before: [patch(`${CONFIG_MAPS}/a?dryRun=All`, "merge", { data: { key: "new" } })],
    request: { path: `${CONFIG_MAPS}/a` },
    status: 200,
    json: { metadata: { resourceVersion: "{rv}" } },
    absent: ["data"],
  },
  {
    name: "of an apply stores nothing",
    before: [patch(`${CONFIG_MAPS}/a?dryRun=All&fieldManager=m`, "apply", configMap("a"))],
    request: { path: `${CONFIG_MAPS}/a` },
    ...failure(404, "NotFound"),
  },
  {
    name: "of a deletion stores nothing",
    given: [configMap("a")],
    before: [remove(`${CONFIG_MAPS}/a?dryRun=All`)],
    request: { path: `${CONFIG_MAPS}/a` },
    status: 200,
    json: { metadata: { uid: "{uid}" } },
    absent: ["metadata.deletionTimestamp"],
  },
  {
    name: "may be asked for in the options of a deletion",
    given: [configMap("a")],
    before: [remove(`${CONFIG_MAPS}/a`, { dryRun: ["All"] })],
    request: { path: `${CONFIG_MAPS}/a` },
    status: 200,
    json: { metadata: { uid: "{uid}" } },
  },
  {
    name: "of a collection's deletion stores nothing",
    given: [configMap("a")],
    before: [remove(`${CONFIG_MAPS}?dryRun=All`)],
    request: { path: CONFIG_MAPS },
    status: 200,
    json: { items: [{ metadata: { name: "a" } }] },
  },
  {
    name: "of a scale stores nothing",
    given: [deployment("web", { replicas: 2 })],
    before: [patch(`${DEPLOYMENTS}/web/scale?dryRun=All`, "merge", { spec: { replicas: 5 } })],
    request: { path: `${DEPLOYMENTS}/web` },
    status: 200,
    json: { spec: { replicas: 2 } },
  },
  {
    name: "of an eviction evicts nobody",
    given: [pod("p")],
    before: [
      post(`${PODS}/p/eviction`, {
        apiVersion: "policy/v1",
        kind: "Eviction",
        metadata: { name: "p" },
        deleteOptions: { dryRun: ["All"] },
      }),
    ],
    request: { path: `${PODS}/p` },
    status: 200,
    absent: ["metadata.deletionTimestamp"],
  },
  {
    name: "tells of refusals like a real one",
    given: [configMap("a")],
    request: post(`${CONFIG_MAPS}?dryRun=All`, configMap("a")),
    ...failure(409, "AlreadyExists", { message: 'configmaps "a" already exists' }),
  },
];

export const FIELD_VALIDATION_RULES: readonly Expectation[] = [
  {
    name: "when strict names all unknown fields",
    request: post(`${PODS}?fieldValidation=Strict`, { ...pod("p", { color: 1 }), size: 2 }),
    ...failure(400, "BadRequest", {
      message: 'strict decoding error: unknown field "spec.color", unknown field "size"',
    }),
  },
  {
    name: "when strict names the item of a list",
    request: post(
      `${PODS}?fieldValidation=Strict`,
      pod("p", { containers: [{ name: "main", image: "x", imagee: "y" }] }),
    ),
    ...failure(400, "BadRequest", {
      message: 'strict decoding error: unknown field "spec.containers[0].imagee"',
    }),
  },
  {
    name: "when strict refuses unknown fields of custom kinds",
    request: post(`${WIDGETS}?fieldValidation=Strict`, { ...widget("w"), spec: { size: 1, color: "red" } }),
    ...failure(400, "BadRequest", { message: 'strict decoding error: unknown field "spec.color"' }),
  },
  {
    name: "when warning drops unknown fields of custom kinds",
    request: post(WIDGETS, { ...widget("w"), spec: { size: 1, color: "red" } }),
    status: 201,
    json: { spec: { size: 1 } },
    absent: ["spec.color"],
    headers: { warning: '299 - "Widgets are \\"old\\"", 299 - "unknown field \\"spec.color\\""' },
  },
  {
    name: "when strict refuses an update with unknown fields",
    given: [pod("p")],
    request: put(`${PODS}/p?fieldValidation=Strict`, pod("p", { color: 1 })),
    ...failure(400, "BadRequest", { message: 'strict decoding error: unknown field "spec.color"' }),
  },
  {
    name: "when strict refuses a merge patch with unknown fields",
    given: [deployment("web")],
    request: patch(`${DEPLOYMENTS}/web?fieldValidation=Strict`, "merge", { spec: { color: 1 } }),
    ...failure(422, "Invalid", { details: { causes: [{ reason: "FieldValueInvalid", field: "patch" }] } }),
  },
  {
    name: "when strict refuses an apply with unknown fields",
    request: patch(`${DEPLOYMENTS}/web?fieldValidation=Strict&fieldManager=m`, "apply", {
      ...deployment("web", { color: 1 }),
    }),
    ...failure(400, "BadRequest"),
  },
  {
    name: "when warning tells of fields that occur twice",
    request: post(CONFIG_MAPS, '{"metadata":{"name":"a"},"data":{"k":"1","k":"2"}}'),
    status: 201,
    json: { data: { k: "2" } },
    headers: { warning: '299 - "duplicate field \\"data.k\\""' },
  },
  {
    name: "when strict finds keys that YAML has twice",
    request: post(
      `${CONFIG_MAPS}?fieldValidation=Strict`,
      "metadata: {name: a}\ndata: {k: a}\ndata: {k: b}\n",
      {
        "content-type": "application/yaml",
      },
    ),
    ...failure(400, "BadRequest"),
  },
  {
    name: "says nothing of fields that are null",
    request: post(`${CONFIG_MAPS}?fieldValidation=Strict`, { metadata: { name: "a" }, data: null }),
    status: 201,
    absent: ["data"],
  },
];
