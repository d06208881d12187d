import { bytesField, envelope, messageField } from "../protobuf-bytes.ts";
import {
  CONFIG_MAPS,
  configMap,
  DEPLOYMENTS,
  deployment,
  type Expectation,
  failure,
  PODS,
  pod,
  post,
  SECRETS,
  WIDGETS,
  widget,
} from "./expectation.ts";

const PROTOBUF = { "content-type": "application/vnd.kubernetes.protobuf" };

export const CREATE_RULES: readonly Expectation[] = [
  {
    name: "answers 201 with what the server adds",
    request: post(CONFIG_MAPS, configMap("a", { data: { key: "value" } })),
    status: 201,
    json: { metadata: { name: "a", namespace: "{ns}" }, data: { key: "value" } },
    absent: ["metadata.generation", "status"],
  },
  {
    name: "takes kind and version from the URL when the body lacks them",
    request: post(CONFIG_MAPS, { metadata: { name: "a" } }),
    status: 201,
    json: { apiVersion: "v1", kind: "ConfigMap" },
  },
  {
    name: "refuses another kind than the URL's",
    request: post(CONFIG_MAPS, pod("a")),
    ...failure(400, "BadRequest"),
  },
  {
    name: "refuses another namespace than the URL's",
    request: post(CONFIG_MAPS, configMap("a", { metadata: { name: "a", namespace: "other" } })),
    ...failure(400, "BadRequest", {
      message: "the namespace of the provided object does not match the namespace sent on the request",
    }),
  },
  {
    name: "refuses a namespace that is not there",
    request: post("/api/v1/namespaces/nowhere/configmaps", configMap("a")),
    ...failure(404, "NotFound", {
      message: 'namespaces "nowhere" not found',
      details: { name: "nowhere", kind: "namespaces" },
    }),
  },
  {
    name: "refuses a namespace that is going",
    before: [
      post("/api/v1/namespaces", { metadata: { name: "{ns}-going" } }),
      { method: "DELETE", path: "/api/v1/namespaces/{ns}-going" },
    ],
    request: post("/api/v1/namespaces/{ns}-going/configmaps", configMap("a")),
    ...failure(403, "Forbidden", { details: { causes: [{ reason: "NamespaceTerminating" }] } }),
  },
  {
    name: "refuses a name that is taken",
    given: [configMap("a")],
    request: post(CONFIG_MAPS, configMap("a")),
    ...failure(409, "AlreadyExists", {
      message: 'configmaps "a" already exists',
      details: { name: "a", kind: "configmaps" },
    }),
  },
  {
    name: "names the group in refusals of a named group",
    given: [deployment("web")],
    request: post(DEPLOYMENTS, deployment("web")),
    ...failure(409, "AlreadyExists", {
      message: 'deployments.apps "web" already exists',
      details: { group: "apps", kind: "deployments" },
    }),
  },
  {
    name: "refuses a name that is none",
    request: post(CONFIG_MAPS, configMap("Not_A_Name")),
    ...failure(422, "Invalid", { details: { kind: "ConfigMap", causes: [{ field: "metadata.name" }] } }),
  },
  {
    name: "refuses an object without any name",
    request: post(CONFIG_MAPS, { metadata: {} }),
    ...failure(422, "Invalid", {
      details: { causes: [{ reason: "FieldValueRequired", field: "metadata.name" }] },
    }),
  },
  {
    name: "refuses labels that are none",
    request: post(CONFIG_MAPS, configMap("a", { metadata: { name: "a", labels: { key: "no spaces" } } })),
    ...failure(422, "Invalid", { details: { causes: [{ field: "metadata.labels" }] } }),
  },
  {
    name: "answers a dry run like a create",
    request: post(`${CONFIG_MAPS}?dryRun=All`, configMap("a")),
    status: 201,
    json: { metadata: { name: "a" } },
    absent: ["metadata.resourceVersion"],
  },
  {
    name: "stores nothing in a dry run",
    before: [post(`${CONFIG_MAPS}?dryRun=All`, configMap("a"))],
    request: { path: `${CONFIG_MAPS}/a` },
    ...failure(404, "NotFound"),
  },
  {
    name: "knows one kind of dry run",
    request: post(`${CONFIG_MAPS}?dryRun=Some`, configMap("a")),
    ...failure(422, "Invalid", {
      details: { causes: [{ reason: "FieldValueNotSupported", field: "dryRun" }] },
    }),
  },
  {
    name: "refuses unknown fields in strict validation",
    request: post(`${PODS}?fieldValidation=Strict`, pod("a", { bogus: 1 })),
    ...failure(400, "BadRequest", { message: 'strict decoding error: unknown field "spec.bogus"' }),
  },
  {
    name: "refuses fields that occur twice in strict validation",
    request: post(`${CONFIG_MAPS}?fieldValidation=Strict`, '{"metadata":{"name":"a","name":"a"}}'),
    ...failure(400, "BadRequest", { message: 'strict decoding error: duplicate field "metadata.name"' }),
  },
  {
    name: "warns of unknown fields when nothing else is said",
    request: post(PODS, pod("a", { bogus: 1 })),
    status: 201,
    headers: { warning: '299 - "unknown field \\"spec.bogus\\""' },
    absent: ["spec.bogus"],
  },
  {
    name: "is silent about unknown fields when told so",
    request: post(`${PODS}?fieldValidation=Ignore`, pod("a", { bogus: 1 })),
    status: 201,
    headers: { warning: "" },
  },
  {
    name: "knows three validations",
    request: post(`${CONFIG_MAPS}?fieldValidation=Perhaps`, configMap("a")),
    ...failure(422, "Invalid", { details: { causes: [{ field: "fieldValidation" }] } }),
  },
  {
    name: "refuses a field manager with too long a name",
    request: post(`${CONFIG_MAPS}?fieldManager=${"m".repeat(129)}`, configMap("a")),
    ...failure(422, "Invalid", { details: { causes: [{ field: "fieldManager" }] } }),
  },
  {
    name: "refuses what is no JSON",
    request: post(CONFIG_MAPS, "{"),
    ...failure(400, "BadRequest"),
  },
  {
    name: "refuses other media types and names those it takes",
    request: post(CONFIG_MAPS, "x", { "content-type": "text/html" }),
    ...failure(415, "UnsupportedMediaType", {
      message:
        "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf",
    }),
  },
  {
    name: "takes YAML",
    request: post(CONFIG_MAPS, "metadata: { name: a }\ndata: { key: value }\n", {
      "content-type": "application/yaml",
    }),
    status: 201,
    json: { data: { key: "value" } },
  },
  {
    name: "takes protobuf of built-in kinds",
    request: post(CONFIG_MAPS, envelope("v1", "ConfigMap", messageField(1, bytesField(1, "a"))), PROTOBUF),
    status: 201,
    json: { kind: "ConfigMap", metadata: { name: "a" } },
  },
  {
    name: "refuses protobuf of custom kinds",
    request: post(WIDGETS, envelope("example.com/v1", "Widget"), PROTOBUF),
    ...failure(415, "UnsupportedMediaType"),
  },
  {
    name: "refuses protobuf that is broken",
    request: post(CONFIG_MAPS, "k8s\0\xff\xff", PROTOBUF),
    ...failure(400, "BadRequest"),
  },
  {
    name: "is not for an object's own URL",
    request: post(`${CONFIG_MAPS}/a`, configMap("a")),
    ...failure(405, "MethodNotAllowed"),
  },
  {
    name: "turns the text of a secret into its data",
    request: post(SECRETS, { metadata: { name: "s" }, stringData: { key: "shut" } }),
    status: 201,
    json: { type: "Opaque", data: { key: "c2h1dA==" } },
    absent: ["stringData"],
  },
  {
    name: "ignores the status that a pod brings",
    request: post(PODS, { ...pod("p"), status: { phase: "Running" } }),
    status: 201,
    json: { status: { phase: "Pending", qosClass: "BestEffort" } },
  },
  {
    name: "counts the first generation of a custom object",
    request: post(WIDGETS, widget("w")),
    status: 201,
    json: { metadata: { generation: 1 } },
  },
  {
    name: "refuses a deployment whose selector does not select its pods",
    request: post(DEPLOYMENTS, deployment("web", { selector: { matchLabels: { app: "other" } } })),
    ...failure(422, "Invalid", {
      details: { group: "apps", kind: "Deployment", causes: [{ field: "spec.template.metadata.labels" }] },
    }),
  },
  {
    name: "refuses a job whose pods would always restart",
    request: post("/apis/batch/v1/namespaces/{ns}/jobs", {
      metadata: { name: "j" },
      spec: { template: { spec: { containers: [{ name: "main", image: "x" }] } } },
    }),
    ...failure(422, "Invalid", { details: { causes: [{ field: "spec.template.spec.restartPolicy" }] } }),
  },
];
