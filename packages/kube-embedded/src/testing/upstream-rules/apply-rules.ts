import {
  CONFIG_MAPS,
  configMap,
  DEPLOYMENTS,
  deployment,
  type Expectation,
  failure,
  patch,
  post,
  WIDGETS,
  widget,
} from "./expectation.ts";

const MANAGED = "?fieldManager=one";

function apply(path: string, body: object, query: string = MANAGED) {
  return patch(`${path}${query}`, "apply", body);
}

export const APPLY_RULES: readonly Expectation[] = [
  {
    name: "creates what is not there",
    request: apply(`${CONFIG_MAPS}/a`, configMap("a", { data: { key: "1" } })),
    status: 201,
    json: {
      metadata: {
        managedFields: [
          {
            manager: "one",
            operation: "Apply",
            apiVersion: "v1",
            fieldsType: "FieldsV1",
            fieldsV1: { "f:data": { "f:key": {} } },
          },
        ],
      },
    },
  },
  {
    name: "of the same again writes nothing",
    before: [apply(`${CONFIG_MAPS}/a`, configMap("a", { data: { key: "1" } }))],
    request: apply(`${CONFIG_MAPS}/a`, configMap("a", { data: { key: "1" } })),
    status: 200,
    json: { metadata: { resourceVersion: "{last.metadata.resourceVersion}" } },
  },
  {
    name: "removes what its manager no longer wants",
    before: [apply(`${CONFIG_MAPS}/a`, configMap("a", { data: { key: "1", other: "2" } }))],
    request: apply(`${CONFIG_MAPS}/a`, configMap("a", { data: { key: "1" } })),
    status: 200,
    json: { data: { key: "1" } },
    absent: ["data.other"],
  },
  {
    name: "leaves what another manager owns",
    before: [
      apply(`${CONFIG_MAPS}/a`, configMap("a", { data: { key: "1" } })),
      apply(`${CONFIG_MAPS}/a`, configMap("a", { data: { other: "2" } }), "?fieldManager=two"),
    ],
    request: apply(`${CONFIG_MAPS}/a`, configMap("a")),
    status: 200,
    json: { data: { other: "2" } },
    absent: ["data.key"],
  },
  {
    name: "conflicts with another manager's field",
    before: [apply(`${CONFIG_MAPS}/a`, configMap("a", { data: { key: "1" } }))],
    request: apply(`${CONFIG_MAPS}/a`, configMap("a", { data: { key: "2" } }), "?fieldManager=two"),
    ...failure(409, "Conflict", {
      message: 'Apply failed with 1 conflict: conflict with "one": .data.key',
      details: {
        causes: [{ reason: "FieldManagerConflict", message: 'conflict with "one"', field: ".data.key" }],
      },
    }),
  },
  {
    name: "counts its conflicts",
    before: [apply(`${CONFIG_MAPS}/a`, configMap("a", { data: { key: "1", other: "1" } }))],
    request: apply(
      `${CONFIG_MAPS}/a`,
      configMap("a", { data: { key: "2", other: "2" } }),
      "?fieldManager=two",
    ),
    ...failure(409, "Conflict", {
      message: 'Apply failed with 2 conflicts: conflicts with "one":\n- .data.key\n- .data.other',
    }),
  },
  {
    name: "names version and time of who wrote without applying",
    before: [post(`${DEPLOYMENTS}?fieldManager=kubectl-create`, deployment("web", { replicas: 2 }))],
    request: apply(`${DEPLOYMENTS}/web`, deployment("web", { replicas: 3 })),
    ...failure(409, "Conflict", {
      details: {
        causes: [
          {
            reason: "FieldManagerConflict",
            message: 'conflict with "kubectl-create" using apps/v1',
            field: ".spec.replicas",
          },
        ],
      },
    }),
  },
  {
    name: "by force takes the field",
    before: [apply(`${CONFIG_MAPS}/a`, configMap("a", { data: { key: "1" } }))],
    request: apply(
      `${CONFIG_MAPS}/a`,
      configMap("a", { data: { key: "2" } }),
      "?fieldManager=two&force=true",
    ),
    status: 200,
    json: { data: { key: "2" }, metadata: { managedFields: [{ manager: "two" }] } },
  },
  {
    name: "of the same value is shared",
    before: [apply(`${CONFIG_MAPS}/a`, configMap("a", { data: { key: "1" } }))],
    request: apply(`${CONFIG_MAPS}/a`, configMap("a", { data: { key: "1" } }), "?fieldManager=two"),
    status: 200,
    json: { metadata: { managedFields: [{ manager: "one" }, { manager: "two" }] } },
  },
  {
    name: "merges lists by their keys",
    before: [apply(`${DEPLOYMENTS}/web`, deployment("web"))],
    request: apply(
      `${DEPLOYMENTS}/web`,
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web" },
        spec: { template: { spec: { containers: [{ name: "side", image: "example/side:1" }] } } },
      },
      "?fieldManager=two",
    ),
    status: 200,
    json: { spec: { template: { spec: { containers: [{ name: "main" }, { name: "side" }] } } } },
  },
  {
    name: "refuses managedFields in a configuration",
    request: apply(`${CONFIG_MAPS}/a`, configMap("a", { metadata: { name: "a", managedFields: [{}] } })),
    ...failure(400, "BadRequest", { message: "metadata.managedFields must be nil" }),
  },
  {
    name: "refuses another version than the URL's",
    request: apply(`${DEPLOYMENTS}/web`, { ...deployment("web"), apiVersion: "apps/v2" }),
    ...failure(400, "BadRequest"),
  },
  {
    name: "takes YAML",
    request: apply(
      `${CONFIG_MAPS}/a`,
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n" as unknown as object,
    ),
    status: 201,
    json: { metadata: { name: "a" } },
  },
  {
    name: "refuses what is no YAML",
    request: apply(`${CONFIG_MAPS}/a`, "a: b: c:" as unknown as object),
    ...failure(400, "BadRequest"),
  },
  {
    name: "does not create with a uid",
    request: apply(`${CONFIG_MAPS}/a`, configMap("a", { metadata: { name: "a", uid: "u" } })),
    ...failure(409, "Conflict", {
      message:
        'Operation cannot be fulfilled on configmaps "a": uid mismatch: the provided object specified uid u, and no existing object was found',
    }),
  },
  {
    name: "at an old revision conflicts",
    given: [configMap("a")],
    before: [patch(`${CONFIG_MAPS}/a`, "merge", { data: { key: "new" } })],
    request: apply(
      `${CONFIG_MAPS}/a`,
      configMap("a", { metadata: { name: "a", resourceVersion: "{rv}" }, data: { x: "1" } }),
    ),
    ...failure(409, "Conflict", {
      message:
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    }),
  },
  {
    name: "of a status owns it through the subresource",
    given: [deployment("web")],
    request: apply(`${DEPLOYMENTS}/web/status`, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      status: { replicas: 1 },
    }),
    status: 200,
    json: {
      metadata: {
        managedFields: [
          {
            manager: "one",
            operation: "Apply",
            subresource: "status",
            fieldsV1: { "f:status": { "f:replicas": {} } },
          },
          { operation: "Update" },
        ],
      },
    },
  },
  {
    name: "of a status does not create",
    request: apply(`${DEPLOYMENTS}/web/status`, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      status: { replicas: 1 },
    }),
    ...failure(404, "NotFound", { message: 'deployments.apps "web" not found' }),
  },
  {
    name: "of custom kinds follows their schema",
    request: apply(`${WIDGETS}/w`, widget("w")),
    status: 201,
    json: { metadata: { managedFields: [{ fieldsV1: { "f:spec": { "f:size": {} } } }] } },
  },
  {
    name: "of a create names who wrote by the user agent",
    request: post(CONFIG_MAPS, configMap("a", { data: { key: "1" } }), { "user-agent": "robot/1.0 (linux)" }),
    status: 201,
    json: { metadata: { managedFields: [{ manager: "robot", operation: "Update" }] } },
  },
  {
    name: "is forgotten when managedFields are emptied",
    before: [apply(`${CONFIG_MAPS}/a`, configMap("a", { data: { key: "1" } }))],
    request: patch(`${CONFIG_MAPS}/a`, "merge", { metadata: { managedFields: [{}] } }),
    status: 200,
    absent: ["metadata.managedFields"],
  },
];
