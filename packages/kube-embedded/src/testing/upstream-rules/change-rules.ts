import { envelope, varintField } from "../protobuf-bytes.ts";
import {
  CONFIG_MAPS,
  configMap,
  DEPLOYMENTS,
  deployment,
  type Expectation,
  failure,
  PODS,
  patch,
  pod,
  post,
  put,
  remove,
  SECRETS,
  WIDGETS,
  widget,
} from "./expectation.ts";

const MODIFIED =
  'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again';

export const UPDATE_RULES: readonly Expectation[] = [
  {
    name: "refuses a revision that is no longer the newest",
    given: [configMap("a")],
    before: [patch(`${CONFIG_MAPS}/a`, "merge", { data: { key: "new" } })],
    request: put(`${CONFIG_MAPS}/a`, configMap("a", { metadata: { name: "a", resourceVersion: "{rv}" } })),
    ...failure(409, "Conflict", { message: MODIFIED, details: { name: "a", kind: "configmaps" } }),
  },
  {
    name: "of a built-in kind needs no revision",
    given: [configMap("a")],
    request: put(`${CONFIG_MAPS}/a`, configMap("a", { data: { key: "new" } })),
    status: 200,
    json: { data: { key: "new" } },
  },
  {
    name: "of a custom kind needs a revision",
    given: [widget("w")],
    request: put(`${WIDGETS}/w`, widget("w")),
    ...failure(422, "Invalid", {
      message:
        'Widget.example.com "w" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
    }),
  },
  {
    name: "that changes nothing writes nothing",
    given: [configMap("a", { data: { key: "same" } })],
    request: put(`${CONFIG_MAPS}/a`, configMap("a", { data: { key: "same" } })),
    status: 200,
    json: { metadata: { resourceVersion: "{rv}", uid: "{uid}" } },
  },
  {
    name: "refuses another name than the URL's",
    given: [configMap("a")],
    request: put(`${CONFIG_MAPS}/a`, configMap("b")),
    ...failure(400, "BadRequest", {
      message: "the name of the object (b) does not match the name on the URL (a)",
    }),
  },
  {
    name: "refuses another object of the same name",
    given: [configMap("a")],
    request: put(`${CONFIG_MAPS}/a`, configMap("a", { metadata: { name: "a", uid: "other" } })),
    ...failure(409, "Conflict"),
  },
  {
    name: "of what is not there finds nothing",
    request: put(`${CONFIG_MAPS}/a`, configMap("a")),
    ...failure(404, "NotFound", { message: 'configmaps "a" not found' }),
  },
  {
    name: "creates a lease that is not there",
    request: put("/apis/coordination.k8s.io/v1/namespaces/{ns}/leases/l", { metadata: { name: "l" } }),
    status: 201,
    json: { kind: "Lease" },
  },
  {
    name: "counts the generations of what is wanted",
    given: [deployment("web")],
    request: put(`${DEPLOYMENTS}/web`, deployment("web", { replicas: 3 })),
    status: 200,
    json: { metadata: { generation: 2 } },
  },
  {
    name: "of the status changes the status alone",
    given: [deployment("web")],
    request: put(`${DEPLOYMENTS}/web/status`, {
      ...deployment("web", { replicas: 9 }),
      status: { replicas: 4 },
    }),
    status: 200,
    json: { metadata: { generation: 1 }, spec: { replicas: 1 }, status: { replicas: 4 } },
  },
  {
    name: "of the object leaves the status alone",
    given: [deployment("web")],
    request: put(`${DEPLOYMENTS}/web`, { ...deployment("web"), status: { replicas: 4 } }),
    status: 200,
    absent: ["status.replicas"],
  },
  {
    name: "refuses a secret of another type",
    given: [{ apiVersion: "v1", kind: "Secret", metadata: { name: "s" } }],
    request: put(`${SECRETS}/s`, { metadata: { name: "s" }, type: "example.com/other" }),
    ...failure(422, "Invalid", { details: { causes: [{ field: "type" }] } }),
  },
  {
    name: "refuses new data of an immutable config map",
    given: [configMap("a", { immutable: true, data: { key: "old" } })],
    request: put(`${CONFIG_MAPS}/a`, configMap("a", { immutable: true, data: { key: "new" } })),
    ...failure(422, "Invalid", {
      details: { causes: [{ reason: "FieldValueForbidden", field: "data" }] },
    }),
  },
];

export const PATCH_RULES: readonly Expectation[] = [
  {
    name: "by merging removes what is null",
    given: [configMap("a", { data: { old: "1", kept: "2" } })],
    request: patch(`${CONFIG_MAPS}/a`, "merge", { data: { old: null } }),
    status: 200,
    json: { data: { kept: "2" } },
    absent: ["data.old"],
  },
  {
    name: "by operations may replace what is not there",
    given: [widget("w")],
    request: patch(`${WIDGETS}/w`, "json", [{ op: "replace", path: "/metadata/labels", value: { a: "b" } }]),
    status: 200,
    json: { metadata: { labels: { a: "b" } } },
  },
  {
    name: "by operations may not remove what is not there",
    given: [configMap("a")],
    request: patch(`${CONFIG_MAPS}/a`, "json", [{ op: "remove", path: "/data/nothing" }]),
    ...failure(422, "Invalid"),
  },
  {
    name: "by operations stops at a test that fails",
    given: [configMap("a", { data: { key: "1" } })],
    request: patch(`${CONFIG_MAPS}/a`, "json", [{ op: "test", path: "/data/key", value: "2" }]),
    ...failure(422, "Invalid"),
  },
  {
    name: "by operations needs a list of them",
    given: [configMap("a")],
    request: patch(`${CONFIG_MAPS}/a`, "json", { op: "remove", path: "/data" }),
    ...failure(400, "BadRequest"),
  },
  {
    name: "by strategy merges lists of named things",
    given: [deployment("web")],
    request: patch(`${DEPLOYMENTS}/web`, "strategic", {
      spec: { template: { spec: { containers: [{ name: "side", image: "example/side:1" }] } } },
    }),
    status: 200,
    json: { spec: { template: { spec: { containers: [{ name: "side" }, { name: "main" }] } } } },
  },
  {
    name: "by strategy is not for custom kinds",
    given: [widget("w")],
    request: patch(`${WIDGETS}/w`, "strategic", { spec: { size: 2 } }),
    ...failure(415, "UnsupportedMediaType"),
  },
  {
    name: "of no known type is refused",
    given: [configMap("a")],
    request: { method: "PATCH", path: `${CONFIG_MAPS}/a`, body: {} },
    ...failure(415, "UnsupportedMediaType"),
  },
  {
    name: "of what is not there finds nothing",
    request: patch(`${CONFIG_MAPS}/a`, "merge", {}),
    ...failure(404, "NotFound"),
  },
  {
    name: "is forced only when it is an apply",
    given: [configMap("a")],
    request: patch(`${CONFIG_MAPS}/a?force=true`, "merge", {}),
    ...failure(422, "Invalid", { details: { causes: [{ reason: "FieldValueForbidden", field: "force" }] } }),
  },
  {
    name: "that applies needs a manager",
    request: patch(`${CONFIG_MAPS}/a`, "apply", configMap("a")),
    ...failure(422, "Invalid", { details: { causes: [{ field: "fieldManager" }] } }),
  },
  {
    name: "may not rename",
    given: [configMap("a")],
    request: patch(`${CONFIG_MAPS}/a`, "merge", { metadata: { name: "b" } }),
    ...failure(400, "BadRequest"),
  },
  {
    name: "that names an old revision conflicts",
    given: [configMap("a")],
    before: [patch(`${CONFIG_MAPS}/a`, "merge", { data: { key: "new" } })],
    request: patch(`${CONFIG_MAPS}/a`, "merge", { metadata: { resourceVersion: "{rv}" }, data: { x: "y" } }),
    ...failure(409, "Conflict"),
  },
  {
    name: "of a pod's spec is refused but for images",
    given: [pod("p")],
    request: patch(`${PODS}/p`, "merge", { spec: { hostname: "other" } }),
    ...failure(422, "Invalid", { details: { causes: [{ reason: "FieldValueForbidden", field: "spec" }] } }),
  },
  {
    name: "of the scale changes the object",
    given: [deployment("web")],
    request: patch(`${DEPLOYMENTS}/web/scale`, "merge", { spec: { replicas: 0 } }),
    status: 200,
    json: { apiVersion: "autoscaling/v1", kind: "Scale", spec: { replicas: 0 } },
  },
  {
    name: "adds a debugger to a pod",
    given: [pod("p")],
    request: patch(`${PODS}/p/ephemeralcontainers`, "strategic", {
      spec: {
        ephemeralContainers: [{ name: "look", image: "example/tools:1", targetContainerName: "main" }],
      },
    }),
    status: 200,
    json: {
      spec: {
        ephemeralContainers: [
          { name: "look", terminationMessagePolicy: "File", imagePullPolicy: "IfNotPresent" },
        ],
      },
    },
  },
  {
    name: "of debuggers changes nothing else",
    given: [pod("p")],
    request: patch(`${PODS}/p/ephemeralcontainers`, "merge", {
      metadata: { labels: { a: "b" } },
      spec: { hostname: "other" },
    }),
    status: 200,
    absent: ["metadata.labels", "spec.hostname"],
  },
  {
    name: "never takes a debugger away",
    given: [pod("p")],
    before: [
      patch(`${PODS}/p/ephemeralcontainers`, "merge", {
        spec: { ephemeralContainers: [{ name: "look", image: "example/tools:1" }] },
      }),
    ],
    request: patch(`${PODS}/p/ephemeralcontainers`, "merge", { spec: { ephemeralContainers: [] } }),
    ...failure(422, "Invalid", { details: { causes: [{ field: "spec.ephemeralContainers" }] } }),
  },
  {
    name: "refuses a debugger with the name of a container",
    given: [pod("p")],
    request: patch(`${PODS}/p/ephemeralcontainers`, "merge", {
      spec: { ephemeralContainers: [{ name: "main", image: "example/tools:1" }] },
    }),
    ...failure(422, "Invalid", {
      details: { causes: [{ reason: "FieldValueDuplicate", field: "spec.ephemeralContainers[0].name" }] },
    }),
  },
  {
    name: "resizes a pod, which its own URL may not",
    given: [pod("p")],
    request: patch(`${PODS}/p/resize`, "strategic", {
      spec: { containers: [{ name: "main", resources: { requests: { cpu: "2" } } }] },
    }),
    status: 200,
    json: {
      metadata: { generation: 2 },
      spec: { containers: [{ image: "example/app:1", resources: { requests: { cpu: "2" } } }] },
    },
  },
  {
    name: "resizes no further than the limits",
    given: [pod("p")],
    request: patch(`${PODS}/p/resize`, "strategic", {
      spec: {
        containers: [{ name: "main", resources: { limits: { cpu: "1" }, requests: { cpu: "2" } } }],
      },
    }),
    ...failure(422, "Invalid", {
      details: { causes: [{ field: "spec.containers[0].resources.requests" }] },
    }),
  },
  {
    name: "takes no limit away",
    given: [
      pod("p", { containers: [{ name: "main", image: "x", resources: { limits: { memory: "1Gi" } } }] }),
    ],
    request: patch(`${PODS}/p/resize`, "merge", {
      spec: { containers: [{ name: "main", image: "x", resources: {} }] },
    }),
    ...failure(422, "Invalid", {
      details: { causes: [{ field: "spec.containers[0].resources.limits" }, {}] },
    }),
  },
  {
    name: "resizes cpu and memory only",
    given: [pod("p")],
    request: patch(`${PODS}/p/resize`, "strategic", {
      spec: { containers: [{ name: "main", resources: { limits: { "example.com/gpu": "1" } } }] },
    }),
    ...failure(422, "Invalid", {
      details: { causes: [{ message: "Forbidden: only cpu and memory resources are mutable" }] },
    }),
  },
];

export const DELETE_RULES: readonly Expectation[] = [
  {
    name: "answers with a Status that names what is gone",
    given: [configMap("a")],
    request: remove(`${CONFIG_MAPS}/a`),
    status: 200,
    json: { kind: "Status", status: "Success", details: { name: "a", kind: "configmaps", uid: "{uid}" } },
  },
  {
    name: "of what is not there finds nothing",
    request: remove(`${CONFIG_MAPS}/a`),
    ...failure(404, "NotFound"),
  },
  {
    name: "waits for finalizers, and answers with the object",
    given: [configMap("a", { metadata: { name: "a", finalizers: ["example.com/wait"] } })],
    request: remove(`${CONFIG_MAPS}/a`),
    status: 200,
    json: { kind: "ConfigMap", metadata: { deletionGracePeriodSeconds: 0 } },
  },
  {
    name: "gives a pod on a node its time",
    given: [pod("p", { nodeName: "n" })],
    request: remove(`${PODS}/p`),
    status: 200,
    json: { kind: "Pod", metadata: { deletionGracePeriodSeconds: 30, generation: 2 } },
  },
  {
    name: "reads its options from protobuf too",
    given: [pod("p", { nodeName: "n" })],
    request: {
      ...remove(`${PODS}/p`),
      body: envelope("v1", "DeleteOptions", varintField(1, 0)),
      headers: { "content-type": "application/vnd.kubernetes.protobuf" },
    },
    status: 200,
    json: { kind: "Status", status: "Success" },
  },
  {
    name: "of custom objects reads its options from protobuf too",
    given: [widget("w")],
    request: {
      ...remove(`${WIDGETS}/w?dryRun=All`),
      body: envelope("example.com/v1", "DeleteOptions", varintField(1, 0)),
      headers: { "content-type": "application/vnd.kubernetes.protobuf" },
    },
    status: 200,
    json: { kind: "Status", status: "Success" },
  },
  {
    name: "refuses another uid than the one that was meant",
    given: [configMap("a")],
    request: remove(`${CONFIG_MAPS}/a`, { preconditions: { uid: "other" } }),
    ...failure(409, "Conflict"),
  },
  {
    name: "refuses another revision than the one that was meant",
    given: [configMap("a")],
    request: remove(`${CONFIG_MAPS}/a`, { preconditions: { resourceVersion: "1" } }),
    ...failure(409, "Conflict"),
  },
  {
    name: "refuses two ways to say what becomes of dependents",
    given: [configMap("a")],
    request: remove(`${CONFIG_MAPS}/a`, { orphanDependents: true, propagationPolicy: "Orphan" }),
    ...failure(422, "Invalid", { details: { causes: [{ field: "propagationPolicy" }] } }),
  },
  {
    name: "knows three policies",
    given: [configMap("a")],
    request: remove(`${CONFIG_MAPS}/a`, { propagationPolicy: "Perhaps" }),
    ...failure(422, "Invalid", {
      details: { causes: [{ reason: "FieldValueNotSupported", field: "propagationPolicy" }] },
    }),
  },
  {
    name: "in the foreground lets the collector finish it",
    given: [configMap("a")],
    request: remove(`${CONFIG_MAPS}/a`, { propagationPolicy: "Foreground" }),
    status: 200,
    json: { kind: "ConfigMap", metadata: { finalizers: ["foregroundDeletion"] } },
  },
  {
    name: "refuses options of another kind",
    given: [configMap("a")],
    request: remove(`${CONFIG_MAPS}/a`, configMap("a")),
    ...failure(400, "BadRequest"),
  },
  {
    name: "of a collection takes what its selector selects",
    given: [configMap("a", { metadata: { name: "a", labels: { tier: "front" } } }), configMap("b")],
    before: [remove(`${CONFIG_MAPS}?labelSelector=tier%3Dfront`)],
    request: { path: CONFIG_MAPS },
    status: 200,
    json: { items: [{ metadata: { name: "b" } }] },
  },
  {
    name: "evicts a pod",
    given: [pod("p")],
    request: post(`${PODS}/p/eviction`, {
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { name: "p" },
    }),
    status: 201,
    json: { kind: "Status", status: "Success" },
  },
];
