import {
  CONFIG_MAPS,
  configMap,
  type Expectation,
  failure,
  invalid,
  PODS,
  patch,
  pod,
  post,
  put,
  WIDGETS,
  widget,
} from "./expectation.ts";

const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";
const METADATA = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
const DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const OLD_DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";

export const PROTOCOL_RULES: readonly Expectation[] = [
  {
    name: "knows no PUT of a collection",
    request: put(CONFIG_MAPS, configMap("a")),
    ...failure(405, "MethodNotAllowed"),
  },
  {
    name: "knows no POST to an object",
    request: post(`${CONFIG_MAPS}/a`, configMap("a")),
    ...failure(405, "MethodNotAllowed"),
  },
  {
    name: "knows no methods but Kubernetes'",
    request: { method: "OPTIONS", path: CONFIG_MAPS },
    ...failure(405, "MethodNotAllowed"),
  },
  {
    name: "gives only what it has",
    given: [configMap("a")],
    request: { path: `${CONFIG_MAPS}/a`, headers: { accept: "text/html" } },
    ...failure(406, "NotAcceptable", {
      message: "only the following media types are accepted: application/json, application/yaml",
    }),
  },
  {
    name: "takes only what it can read",
    request: post(CONFIG_MAPS, "x", { "content-type": "application/xml" }),
    ...failure(415, "UnsupportedMediaType"),
  },
  {
    name: "takes three mebibytes at most",
    request: post(CONFIG_MAPS, Buffer.alloc(3 * 1024 * 1024 + 1, 32), { "content-type": "application/json" }),
    ...failure(413, "RequestEntityTooLarge", {
      message: "Request entity too large: limit is 3145728",
    }),
  },
  { name: "takes no empty body", request: post(CONFIG_MAPS, ""), ...failure(400, "BadRequest") },
  { name: "takes no list for an object", request: post(CONFIG_MAPS, "[]"), ...failure(400, "BadRequest") },
  { name: "takes no text for an object", request: post(CONFIG_MAPS, '"a"'), ...failure(400, "BadRequest") },
  {
    name: "takes no text for a number",
    request: post(PODS, pod("p", { terminationGracePeriodSeconds: "soon" })),
    ...failure(400, "BadRequest"),
  },
  {
    name: "takes no object for a text",
    request: post(CONFIG_MAPS, configMap("a", { data: { key: {} } })),
    ...failure(400, "BadRequest"),
  },
  {
    name: "says no to what nobody serves in plain text",
    request: { path: "/apis/example.com/v9/widgets" },
    status: 404,
    text: "404 page not found",
  },
  {
    name: "lets nobody keep its answers",
    given: [configMap("a")],
    request: { path: `${CONFIG_MAPS}/a` },
    status: 200,
    headers: { "cache-control": "no-cache, private", "content-type": "application/json" },
  },
  {
    name: "warns of old versions",
    given: [widget("w")],
    request: { path: `${WIDGETS}/w` },
    status: 200,
    headers: { warning: '299 - "Widgets are \\"old\\""' },
  },
  {
    name: "speaks YAML when asked",
    given: [configMap("a")],
    request: { path: CONFIG_MAPS, headers: { accept: "application/yaml" } },
    status: 200,
    text: "kind: ConfigMapList",
    headers: { "content-type": "application/yaml" },
  },
  { name: "is well", request: { path: "/healthz" }, status: 200, text: "ok" },
  { name: "is ready", request: { path: "/readyz" }, status: 200, text: "ok" },
  { name: "lives", request: { path: "/livez" }, status: 200, text: "ok" },
  {
    name: "tells its version",
    request: { path: "/version" },
    status: 200,
    json: { major: "1", minor: "33" },
  },
];

export const DISCOVERY_RULES: readonly Expectation[] = [
  {
    name: "of the core group lists versions",
    request: { path: "/api" },
    status: 200,
    json: {
      kind: "APIVersions",
      versions: ["v1"],
      serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0" }],
    },
  },
  {
    name: "of all groups lists them",
    request: { path: "/apis" },
    status: 200,
    json: { kind: "APIGroupList", apiVersion: "v1" },
  },
  {
    name: "of a group prefers a version",
    request: { path: "/apis/autoscaling" },
    status: 200,
    json: {
      kind: "APIGroup",
      name: "autoscaling",
      versions: [{ groupVersion: "autoscaling/v2" }, { groupVersion: "autoscaling/v1" }],
      preferredVersion: { groupVersion: "autoscaling/v2", version: "v2" },
    },
  },
  {
    name: "of a version lists resources",
    request: { path: "/apis/example.com/v1" },
    status: 200,
    json: {
      kind: "APIResourceList",
      apiVersion: "v1",
      groupVersion: "example.com/v1",
      resources: [
        {
          name: "widgets",
          singularName: "widget",
          namespaced: true,
          kind: "Widget",
        },
      ],
    },
  },
  { name: "of what nobody serves finds nothing", request: { path: "/apis/nobody.example.com" }, status: 404 },
  {
    name: "may be had in one piece",
    request: { path: "/api", headers: { accept: DISCOVERY } },
    status: 200,
    json: {
      kind: "APIGroupDiscoveryList",
      apiVersion: "apidiscovery.k8s.io/v2",
      items: [{ versions: [{ version: "v1", freshness: "Current" }] }],
    },
    headers: {
      "content-type": "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
      vary: "Accept",
    },
  },
  {
    name: "in one piece has an older version",
    request: { path: "/apis", headers: { accept: OLD_DISCOVERY } },
    status: 200,
    json: { kind: "APIGroupDiscoveryList", apiVersion: "apidiscovery.k8s.io/v2beta1" },
  },
  {
    name: "in one piece of an unknown version is had in many",
    request: { path: "/apis", headers: { accept: `${DISCOVERY.replace("v=v2", "v=v3")},application/json` } },
    status: 200,
    json: { kind: "APIGroupList" },
  },
  {
    name: "in one piece tells subresources",
    request: { path: "/apis", headers: { accept: DISCOVERY } },
    status: 200,
    text: '"subresource":"scale","responseKind":{"group":"autoscaling","version":"v1","kind":"Scale"}',
  },
  {
    name: "of documents tells where they lie",
    request: { path: "/openapi/v3" },
    status: 200,
    text: '"api/v1":{"serverRelativeURL":"/openapi/v3/api/v1?hash=',
  },
];

export const RENDERING_RULES: readonly Expectation[] = [
  {
    name: "of one object has a row",
    given: [configMap("a", { data: { key: "value" } })],
    request: { path: `${CONFIG_MAPS}/a`, headers: { accept: TABLE } },
    status: 200,
    json: {
      kind: "Table",
      apiVersion: "meta.k8s.io/v1",
      metadata: { resourceVersion: "{rv}" },
      columnDefinitions: [
        { name: "Name", type: "string", format: "name", priority: 0 },
        { name: "Data", priority: 0 },
        { name: "Age", type: "string", priority: 0 },
      ],
      rows: [
        {
          object: { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: { name: "a" } },
        },
      ],
    },
  },
  {
    name: "may carry whole objects",
    given: [configMap("a", { data: { key: "value" } })],
    request: { path: `${CONFIG_MAPS}?includeObject=Object`, headers: { accept: TABLE } },
    status: 200,
    json: { rows: [{ object: { kind: "ConfigMap", data: { key: "value" } } }] },
  },
  {
    name: "carries objects in three ways",
    request: { path: `${CONFIG_MAPS}?includeObject=Half`, headers: { accept: TABLE } },
    ...failure(400, "BadRequest"),
  },
  {
    name: "of pods says what kubectl prints",
    given: [pod("p")],
    request: { path: PODS, headers: { accept: TABLE } },
    status: 200,
    json: {
      columnDefinitions: [
        { name: "Name" },
        { name: "Ready" },
        { name: "Status" },
        { name: "Restarts" },
        { name: "Age" },
        { name: "IP", priority: 1 },
        { name: "Node", priority: 1 },
        { name: "Nominated Node", priority: 1 },
        { name: "Readiness Gates", priority: 1 },
      ],
    },
    text: '"cells":["p","0/1","Pending","0","',
  },
  {
    name: "of custom kinds says at least their age",
    given: [widget("w")],
    request: { path: WIDGETS, headers: { accept: TABLE } },
    status: 200,
    json: { columnDefinitions: [{ name: "Name" }, { name: "Age" }], rows: [{}] },
  },
  {
    name: "in pages goes on",
    given: [configMap("a"), configMap("b")],
    request: { path: `${CONFIG_MAPS}?limit=1`, headers: { accept: TABLE } },
    status: 200,
    json: { metadata: { remainingItemCount: 1 }, rows: [{}] },
  },
  {
    name: "falls back to objects where the client takes them",
    given: [configMap("a")],
    request: {
      path: `${CONFIG_MAPS}/a`,
      headers: { accept: `${TABLE.replace("v=v1", "v=v9")},application/json` },
    },
    status: 200,
    json: { kind: "ConfigMap" },
  },
  {
    name: "as metadata says the kind of metadata",
    given: [configMap("a", { data: { key: "value" } })],
    request: { path: `${CONFIG_MAPS}/a`, headers: { accept: METADATA } },
    status: 200,
    json: {
      kind: "PartialObjectMetadata",
      apiVersion: "meta.k8s.io/v1",
      metadata: { name: "a", uid: "{uid}" },
    },
    absent: ["data"],
  },
  {
    name: "as metadata is for watches too",
    given: [configMap("a", { data: { key: "value" } })],
    request: { path: `${CONFIG_MAPS}?watch=true&timeoutSeconds=1`, headers: { accept: METADATA } },
    status: 200,
    json: { type: "ADDED", object: { kind: "PartialObjectMetadata", metadata: { name: "a" } } },
    absent: ["object.data"],
  },
  {
    name: "as a table is for watches too",
    given: [configMap("a")],
    request: { path: `${CONFIG_MAPS}?watch=true&timeoutSeconds=1`, headers: { accept: TABLE } },
    status: 200,
    json: { type: "ADDED", object: { kind: "Table", columnDefinitions: [{ name: "Name" }, {}, {}] } },
  },
];

const refused = (message: string) =>
  invalid("ListOptions.meta.k8s.io", "", ["resourceVersionMatch", `Forbidden: ${message}`]);
const WATCH = `${CONFIG_MAPS}?watch=true&timeoutSeconds=1`;

export const WATCH_OPTION_RULES: readonly Expectation[] = [
  {
    name: "as a list needs a match",
    request: { path: `${WATCH}&sendInitialEvents=true` },
    ...refused("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"),
  },
  {
    name: "as a list needs that match",
    request: { path: `${WATCH}&sendInitialEvents=true&resourceVersionMatch=Exact&resourceVersion=1` },
    ...refused("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"),
  },
  {
    name: "without initial events has no match",
    request: { path: `${WATCH}&resourceVersionMatch=NotOlderThan&resourceVersion=1` },
    ...refused("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"),
  },
  {
    name: "from a revision tells what came after it",
    given: [configMap("a")],
    before: [patch(`${CONFIG_MAPS}/a`, "merge", { data: { key: "1" } })],
    request: { path: `${WATCH}&resourceVersion={rv}` },
    status: 200,
    json: { type: "MODIFIED", object: { data: { key: "1" } } },
  },
  {
    name: "tells of a deletion with its revision",
    given: [configMap("a")],
    before: [{ method: "DELETE", path: `${CONFIG_MAPS}/a` }],
    request: { path: `${WATCH}&resourceVersion={rv}` },
    status: 200,
    json: { type: "DELETED", object: { metadata: { name: "a", uid: "{uid}" } } },
  },
  {
    name: "of a selection adds what enters it",
    given: [configMap("a")],
    before: [patch(`${CONFIG_MAPS}/a`, "merge", { metadata: { labels: { tier: "front" } } })],
    request: { path: `${WATCH}&resourceVersion={rv}&labelSelector=tier%3Dfront` },
    status: 200,
    json: { type: "ADDED", object: { metadata: { labels: { tier: "front" } } } },
  },
  {
    name: "of a selection deletes what leaves it",
    given: [configMap("a", { metadata: { name: "a", labels: { tier: "front" } } })],
    before: [patch(`${CONFIG_MAPS}/a`, "merge", { metadata: { labels: null } })],
    request: { path: `${WATCH}&resourceVersion={rv}&labelSelector=tier%3Dfront` },
    status: 200,
    json: {
      type: "DELETED",
      object: {
        metadata: { labels: { tier: "front" }, resourceVersion: "{last.metadata.resourceVersion}" },
      },
    },
  },
  {
    name: "from before everything that is remembered is over at once",
    request: { path: `${WATCH}&resourceVersion=1` },
    status: 200,
  },
  {
    name: "without initial events begins with what is to come",
    given: [configMap("a")],
    request: { path: `${WATCH}&sendInitialEvents=false&resourceVersionMatch=NotOlderThan` },
    status: 200,
    text: "",
  },
  {
    name: "refuses a revision that is no number",
    request: { path: `${WATCH}&resourceVersion=newest` },
    ...failure(400, "BadRequest"),
  },
  {
    name: "refuses a selector that is none",
    request: { path: `${WATCH}&labelSelector=a%20in` },
    ...failure(400, "BadRequest"),
  },
];
