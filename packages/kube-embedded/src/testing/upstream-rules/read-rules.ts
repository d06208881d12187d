import {
  CONFIG_MAPS,
  configMap,
  DEPLOYMENTS,
  deployment,
  type Expectation,
  failure,
  pod,
  post,
  SECRETS,
} from "./expectation.ts";

const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";

export const READ_RULES: readonly Expectation[] = [
  {
    name: "of what is not there says so in words that clients match",
    request: { path: `${DEPLOYMENTS}/web` },
    ...failure(404, "NotFound", {
      message: 'deployments.apps "web" not found',
      details: { name: "web", group: "apps", kind: "deployments" },
      metadata: {},
    }),
  },
  {
    name: "of a list leaves kind and version out of built-in items",
    given: [configMap("a")],
    request: { path: CONFIG_MAPS },
    status: 200,
    json: { kind: "ConfigMapList", apiVersion: "v1", items: [{ metadata: { name: "a" } }] },
    absent: ["items.0.kind", "items.0.apiVersion"],
  },
  {
    name: "in pages says how many remain",
    given: [configMap("a"), configMap("b"), configMap("c")],
    request: { path: `${CONFIG_MAPS}?limit=1` },
    status: 200,
    json: { metadata: { remainingItemCount: 2 }, items: [{ metadata: { name: "a" } }] },
  },
  {
    name: "in pages does not count what a selector hides",
    given: ["a", "b", "c"].map((name) => configMap(name, { metadata: { name, labels: { all: "yes" } } })),
    request: { path: `${CONFIG_MAPS}?limit=1&labelSelector=all%3Dyes` },
    status: 200,
    absent: ["metadata.remainingItemCount"],
  },
  {
    name: "selects by sets of labels",
    given: [configMap("a", { metadata: { name: "a", labels: { tier: "front" } } }), configMap("b")],
    request: { path: `${CONFIG_MAPS}?labelSelector=${encodeURIComponent("tier notin (front),!other")}` },
    status: 200,
    json: { items: [{ metadata: { name: "b" } }] },
  },
  {
    name: "selects by fields",
    given: [pod("here", { nodeName: "n" }), pod("there")],
    request: { path: "/api/v1/namespaces/{ns}/pods?fieldSelector=spec.nodeName%3Dn,status.phase!%3DFailed" },
    status: 200,
    json: { items: [{ metadata: { name: "here" } }] },
  },
  {
    name: "refuses fields that a kind does not offer",
    request: { path: `${CONFIG_MAPS}?fieldSelector=data.key%3Dvalue` },
    ...failure(400, "BadRequest", { message: "field label not supported: data.key" }),
  },
  {
    name: "refuses a selector that is none",
    request: { path: `${CONFIG_MAPS}?labelSelector=a%20in` },
    ...failure(400, "BadRequest"),
  },
  {
    name: "refuses a match without a revision",
    request: { path: `${CONFIG_MAPS}?resourceVersionMatch=Exact` },
    ...failure(422, "Invalid", { details: { causes: [{ field: "resourceVersionMatch" }] } }),
  },
  {
    name: "refuses to be exact about any revision",
    request: { path: `${CONFIG_MAPS}?resourceVersion=0&resourceVersionMatch=Exact` },
    ...failure(422, "Invalid", { details: { causes: [{ field: "resourceVersionMatch" }] } }),
  },
  {
    name: "refuses to send initial events in a list",
    request: { path: `${CONFIG_MAPS}?sendInitialEvents=true` },
    ...failure(422, "Invalid", { details: { causes: [{ field: "sendInitialEvents" }] } }),
  },
  {
    name: "of a list in the future waits and then gives up",
    request: { path: `${CONFIG_MAPS}?resourceVersion=99999999` },
    ...failure(504, "Timeout", {
      details: {
        retryAfterSeconds: 1,
        causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
      },
    }),
    headers: { "retry-after": "1" },
  },
  {
    name: "of an object in the future waits and then gives up",
    given: [configMap("a")],
    request: { path: `${CONFIG_MAPS}/a?resourceVersion=99999999` },
    ...failure(504, "Timeout", { details: { causes: [{ reason: "ResourceVersionTooLarge" }] } }),
  },
  {
    name: "as a table has columns and rows with metadata",
    given: [configMap("a", { data: { key: "value" } })],
    request: { path: CONFIG_MAPS, headers: { accept: TABLE } },
    status: 200,
    json: {
      kind: "Table",
      columnDefinitions: [{ name: "Name" }, { name: "Data" }, { name: "Age" }],
      rows: [{ object: { kind: "PartialObjectMetadata" } }],
    },
  },
  {
    name: "as a table may leave the objects out",
    given: [configMap("a")],
    request: { path: `${CONFIG_MAPS}?includeObject=None`, headers: { accept: TABLE } },
    status: 200,
    absent: ["rows.0.object.metadata"],
  },
  {
    name: "as metadata leaves the rest out",
    given: [configMap("a", { data: { key: "value" } })],
    request: {
      path: CONFIG_MAPS,
      headers: { accept: "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io" },
    },
    status: 200,
    json: { kind: "PartialObjectMetadataList", items: [{ metadata: { name: "a" } }] },
    absent: ["items.0.data"],
  },
  {
    name: "in YAML",
    given: [configMap("a")],
    request: { path: `${CONFIG_MAPS}/a`, headers: { accept: "application/yaml" } },
    status: 200,
    text: "kind: ConfigMap\n",
    headers: { "content-type": "application/yaml" },
  },
  {
    name: "in JSON where protobuf is only preferred",
    given: [configMap("a")],
    request: {
      path: `${CONFIG_MAPS}/a`,
      headers: { accept: "application/vnd.kubernetes.protobuf,application/json" },
    },
    status: 200,
    json: { kind: "ConfigMap" },
    headers: { "content-type": "application/json" },
  },
  {
    name: "in no other form",
    given: [configMap("a")],
    request: { path: `${CONFIG_MAPS}/a`, headers: { accept: "text/html" } },
    ...failure(406, "NotAcceptable"),
  },
  {
    name: "is pretty when asked to be",
    given: [configMap("a")],
    request: { path: `${CONFIG_MAPS}/a?pretty=true` },
    status: 200,
    text: '{\n  "',
  },
  {
    name: "is pretty for people with curl",
    given: [configMap("a")],
    request: { path: `${CONFIG_MAPS}/a`, headers: { "user-agent": "curl/8.0" } },
    status: 200,
    text: '{\n  "',
  },
  {
    name: "is not pretty for people with curl who do not want it",
    given: [configMap("a")],
    request: { path: `${CONFIG_MAPS}/a?pretty=0`, headers: { "user-agent": "curl/8.0" } },
    status: 200,
    text: '{"apiVersion":"v1"',
  },
  {
    name: "of a resource that nobody serves is plain text",
    request: { path: "/api/v1/namespaces/{ns}/gadgets" },
    status: 404,
    text: "404 page not found\n",
  },
  {
    name: "of a group that nobody serves is plain text",
    request: { path: "/apis/nobody.example.com/v1/things" },
    status: 404,
    text: "404 page not found\n",
  },
  {
    name: "of a namespaced object needs its namespace",
    request: { path: "/api/v1/configmaps/a" },
    status: 404,
    text: "404 page not found\n",
  },
  {
    name: "across namespaces is for lists",
    given: [configMap("a")],
    request: { path: "/api/v1/configmaps?fieldSelector=metadata.namespace%3D{ns}" },
    status: 200,
    json: { items: [{ metadata: { name: "a", namespace: "{ns}" } }] },
  },
  {
    name: "of the scale tells the selector",
    given: [deployment("web", { replicas: 2 })],
    request: { path: `${DEPLOYMENTS}/web/scale` },
    status: 200,
    json: { kind: "Scale", spec: { replicas: 2 }, status: { replicas: 0, selector: "app=web" } },
  },
  {
    name: "keeps secrets out of no list: they are objects like others",
    given: [{ apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, data: { key: "c2h1dA==" } }],
    request: { path: `${SECRETS}?fieldSelector=type%3DOpaque` },
    status: 200,
    json: { items: [{ data: { key: "c2h1dA==" } }] },
  },
];

export const WATCH_RULES: readonly Expectation[] = [
  {
    name: "begins with what is there",
    given: [configMap("a")],
    request: { path: `${CONFIG_MAPS}?watch=1&timeoutSeconds=1` },
    status: 200,
    json: { type: "ADDED", object: { kind: "ConfigMap", metadata: { name: "a" } } },
  },
  {
    name: "of a collection has an older URL",
    given: [configMap("a")],
    request: { path: "/api/v1/watch/namespaces/{ns}/configmaps?timeoutSeconds=1" },
    status: 200,
    json: { type: "ADDED", object: { metadata: { name: "a" } } },
  },
  {
    name: "of one object has an older URL, and tells of no other",
    given: [configMap("a"), configMap("b")],
    request: { path: "/api/v1/watch/namespaces/{ns}/configmaps/b?timeoutSeconds=1" },
    status: 200,
    json: { type: "ADDED", object: { metadata: { name: "b" } } },
  },
  {
    name: "of a named group has an older URL",
    given: [deployment("web")],
    request: { path: "/apis/apps/v1/watch/namespaces/{ns}/deployments?timeoutSeconds=1" },
    status: 200,
    json: { type: "ADDED", object: { kind: "Deployment" } },
  },
  {
    name: "as a list marks the end of what was there",
    request: {
      path: `${CONFIG_MAPS}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1`,
    },
    status: 200,
    json: {
      type: "BOOKMARK",
      object: { kind: "ConfigMap", metadata: { annotations: { "k8s.io/initial-events-end": "true" } } },
    },
  },
  {
    name: "as a list must say which revisions match",
    request: { path: `${CONFIG_MAPS}?watch=true&sendInitialEvents=true&timeoutSeconds=1` },
    ...failure(422, "Invalid", { details: { causes: [{ field: "resourceVersionMatch" }] } }),
  },
  {
    name: "from the future ends with an error event",
    request: { path: `${CONFIG_MAPS}?watch=true&resourceVersion=99999999` },
    status: 200,
    json: { type: "ERROR", object: { kind: "Status", code: 504, reason: "Timeout" } },
  },
];

const WEBHOOK = {
  name: "check.example.com",
  clientConfig: { service: { name: "check", namespace: "default" } },
  rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
  sideEffects: "None",
  admissionReviewVersions: ["v1"],
};

const AUTOSCALER = {
  scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
  maxReplicas: 3,
};

export const KIND_RULES: readonly Expectation[] = [
  {
    name: "an autoscaler of v1 is one of v2",
    before: [
      post("/apis/autoscaling/v1/namespaces/{ns}/horizontalpodautoscalers", {
        metadata: { name: "h" },
        spec: { ...AUTOSCALER, targetCPUUtilizationPercentage: 50 },
      }),
    ],
    request: { path: "/apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers/h" },
    status: 200,
    json: {
      apiVersion: "autoscaling/v2",
      spec: {
        minReplicas: 1,
        metrics: [
          {
            type: "Resource",
            resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } },
          },
        ],
      },
    },
  },
  {
    name: "an autoscaler of v2 carries in annotations what v1 has no field for",
    given: [
      {
        apiVersion: "autoscaling/v2",
        kind: "HorizontalPodAutoscaler",
        metadata: { name: "h" },
        spec: {
          ...AUTOSCALER,
          metrics: [
            {
              type: "Pods",
              pods: { metric: { name: "hits" }, target: { type: "AverageValue", averageValue: "5" } },
            },
          ],
        },
      },
    ],
    request: { path: "/apis/autoscaling/v1/namespaces/{ns}/horizontalpodautoscalers/h" },
    status: 200,
    json: {
      apiVersion: "autoscaling/v1",
      metadata: {
        annotations: {
          "autoscaling.alpha.kubernetes.io/metrics":
            '[{"type":"Pods","pods":{"metricName":"hits","targetAverageValue":"5"}}]',
        },
      },
    },
    absent: ["spec.targetCPUUtilizationPercentage", "spec.metrics"],
  },
  {
    name: "a webhook gets its defaults",
    request: post("/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations", {
      metadata: { name: "{ns}" },
      webhooks: [WEBHOOK],
    }),
    status: 201,
    json: {
      webhooks: [
        {
          failurePolicy: "Fail",
          matchPolicy: "Equivalent",
          reinvocationPolicy: "Never",
          timeoutSeconds: 10,
          clientConfig: { service: { port: 443 } },
          rules: [{ scope: "*" }],
        },
      ],
    },
  },
  {
    name: "a webhook must have no side effects that nobody can foresee",
    request: post("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", {
      metadata: { name: "{ns}" },
      webhooks: [{ ...WEBHOOK, sideEffects: "Some" }],
    }),
    ...failure(422, "Invalid", {
      details: { causes: [{ reason: "FieldValueNotSupported", field: "webhooks[0].sideEffects" }] },
    }),
  },
  {
    name: "an API service is named after what it serves",
    request: post("/apis/apiregistration.k8s.io/v1/apiservices", {
      metadata: { name: "{ns}" },
      spec: { group: "example.com", version: "v1", groupPriorityMinimum: 100, versionPriority: 10 },
    }),
    ...failure(422, "Invalid", { details: { causes: [{ field: "metadata.name" }] } }),
  },
  {
    name: "a review is answered and not stored",
    request: post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
      spec: { resourceAttributes: { verb: "get", resource: "pods" } },
    }),
    status: 201,
    json: { kind: "SelfSubjectAccessReview", status: { allowed: true } },
  },
  {
    name: "a review cannot be listed",
    request: { path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" },
    ...failure(405, "MethodNotAllowed"),
  },
];
