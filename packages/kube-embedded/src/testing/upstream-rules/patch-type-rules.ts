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
  SERVICES,
  service,
  WIDGETS,
  widget,
} from "./expectation.ts";

const REJECTED = "the server rejected our request due to an error in our request";
const given = [configMap("a", { data: { key: "1", other: "2" } })];
const json = (...operations: readonly object[]) => patch(`${CONFIG_MAPS}/a`, "json", operations);
const unprocessable = failure(422, "Invalid", { message: REJECTED });

/** RFC 6902 as evanphx/json-patch v4 reads it. */
export const JSON_PATCH_RULES: readonly Expectation[] = [
  {
    name: "adds, replaces and removes",
    given,
    request: json(
      { op: "add", path: "/data/new", value: "3" },
      { op: "replace", path: "/data/key", value: "4" },
      { op: "remove", path: "/data/other" },
    ),
    status: 200,
    json: { data: { new: "3", key: "4" } },
    absent: ["data.other"],
  },
  {
    name: "copies and moves",
    given,
    request: json(
      { op: "copy", from: "/data/key", path: "/data/copied" },
      { op: "move", from: "/data/other", path: "/data/moved" },
    ),
    status: 200,
    json: { data: { key: "1", copied: "1", moved: "2" } },
    absent: ["data.other"],
  },
  {
    name: "refuses a test that fails",
    given,
    request: json({ op: "test", path: "/data/key", value: "2" }),
    ...unprocessable,
  },
  {
    name: "goes on after a test that holds",
    given,
    request: json(
      { op: "test", path: "/data/key", value: "1" },
      { op: "replace", path: "/data/key", value: "9" },
    ),
    status: 200,
    json: { data: { key: "9" } },
  },
  {
    name: "finds null where nothing is",
    given,
    request: json({ op: "test", path: "/data/nothing", value: null }),
    status: 200,
    json: { metadata: { resourceVersion: "{rv}" } },
  },
  {
    name: "removes nothing that is not there",
    given,
    request: json({ op: "remove", path: "/data/nothing" }),
    ...unprocessable,
  },
  {
    name: "adds nothing below what is not there",
    given,
    request: json({ op: "add", path: "/spec/nothing/here", value: 1 }),
    ...unprocessable,
  },
  {
    name: "copies nothing from below what is not there",
    given,
    request: json({ op: "copy", from: "/spec/nothing/here", path: "/data/x" }),
    ...unprocessable,
  },
  {
    name: "knows six operations",
    given,
    request: json({ op: "double", path: "/data/key" }),
    ...unprocessable,
  },
  {
    name: "applies all operations or none",
    given,
    before: [],
    request: json({ op: "replace", path: "/data/key", value: "9" }, { op: "remove", path: "/data/nothing" }),
    ...unprocessable,
  },
  {
    name: "reads ~1 as a slash",
    given: [configMap("a", { metadata: { name: "a", annotations: { "example.com/x": "1" } } })],
    request: json({ op: "replace", path: "/metadata/annotations/example.com~1x", value: "2" }),
    status: 200,
    json: { metadata: { annotations: { "example.com/x": "2" } } },
  },
  {
    name: "adds at the end of a list",
    given: [pod("p")],
    request: patch(`${PODS}/p`, "json", [
      { op: "add", path: "/spec/tolerations/-", value: { operator: "Exists" } },
    ]),
    status: 200,
    json: { spec: { tolerations: [{}, {}, { operator: "Exists" }] } },
  },
  {
    name: "counts from the end of a list",
    given: [deployment("web")],
    request: patch(`${DEPLOYMENTS}/web`, "json", [
      { op: "replace", path: "/spec/template/spec/containers/-1/image", value: "example/app:2" },
    ]),
    status: 200,
    json: { spec: { template: { spec: { containers: [{ image: "example/app:2" }] } } } },
  },
  {
    name: "refuses an index beyond the list",
    given: [deployment("web")],
    request: patch(`${DEPLOYMENTS}/web`, "json", [
      { op: "remove", path: "/spec/template/spec/containers/5" },
    ]),
    ...unprocessable,
  },
  {
    name: "has at most ten thousand operations",
    given,
    request: json(...Array.from({ length: 10_001 }, () => ({ op: "test", path: "/data/key", value: "1" }))),
    ...failure(413, "RequestEntityTooLarge", {
      message: "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001",
    }),
  },
  {
    name: "is a list",
    given,
    request: { ...json(), body: { op: "remove", path: "/data" } },
    ...failure(400, "BadRequest"),
  },
  { name: "is JSON", given, request: { ...json(), body: "[{" }, ...failure(400, "BadRequest") },
  {
    name: "that leaves an invalid object says what is wrong with it",
    given: [deployment("web")],
    request: patch(`${DEPLOYMENTS}/web`, "json", [{ op: "replace", path: "/spec/replicas", value: -1 }]),
    ...failure(422, "Invalid", {
      message:
        'Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    }),
  },
];

const MEDIA = "the body of the request was in an unknown format - accepted media types include: ";

export const PATCH_TYPE_RULES: readonly Expectation[] = [
  {
    name: "of built-in kinds are four",
    given,
    request: {
      method: "PATCH",
      path: `${CONFIG_MAPS}/a`,
      body: {},
      headers: { "content-type": "application/json" },
    },
    ...failure(415, "UnsupportedMediaType", {
      message: `${MEDIA}application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml`,
    }),
  },
  {
    name: "of custom kinds are three",
    given: [widget("w")],
    request: patch(`${WIDGETS}/w`, "strategic", {}),
    ...failure(415, "UnsupportedMediaType", {
      message: `${MEDIA}application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml`,
    }),
  },
  {
    name: "may name a character set",
    given,
    request: {
      ...patch(`${CONFIG_MAPS}/a`, "merge", { data: { key: "9" } }),
      headers: { "content-type": "application/merge-patch+json; charset=utf-8" },
    },
    status: 200,
    json: { data: { key: "9" } },
  },
  {
    name: "by merging replace lists as a whole",
    given: [deployment("web")],
    request: patch(`${DEPLOYMENTS}/web`, "merge", {
      spec: { template: { spec: { containers: [{ name: "only", image: "example/only:1" }] } } },
    }),
    status: 200,
    json: { spec: { template: { spec: { containers: [{ name: "only" }] } } } },
  },
  {
    name: "by merging need an object",
    given,
    request: patch(`${CONFIG_MAPS}/a`, "merge", [1]),
    ...failure(400, "BadRequest"),
  },
  {
    name: "by merging are JSON",
    given,
    request: patch(`${CONFIG_MAPS}/a`, "merge", "{"),
    ...failure(400, "BadRequest"),
  },
  {
    name: "by strategy delete the item that $patch marks",
    given: [deployment("web", deploymentOf(["main", "side"]))],
    request: patch(`${DEPLOYMENTS}/web`, "strategic", {
      spec: { template: { spec: { containers: [{ name: "side", $patch: "delete" }] } } },
    }),
    status: 200,
    json: { spec: { template: { spec: { containers: [{ name: "main" }] } } } },
  },
  {
    name: "by strategy replace the list that $patch marks",
    given: [deployment("web", deploymentOf(["main", "side"]))],
    request: patch(`${DEPLOYMENTS}/web`, "strategic", {
      spec: {
        template: {
          spec: { containers: [{ name: "only", image: "example/only:1" }, { $patch: "replace" }] },
        },
      },
    }),
    status: 200,
    json: { spec: { template: { spec: { containers: [{ name: "only" }] } } } },
  },
  {
    name: "by strategy keep the order that they are told",
    given: [deployment("web", deploymentOf(["main", "side"]))],
    request: patch(`${DEPLOYMENTS}/web`, "strategic", {
      spec: {
        template: {
          spec: {
            "$setElementOrder/containers": [{ name: "side" }, { name: "main" }],
            containers: [{ name: "main", image: "example/app:2" }],
          },
        },
      },
    }),
    status: 200,
    json: {
      spec: {
        template: { spec: { containers: [{ name: "side" }, { name: "main", image: "example/app:2" }] } },
      },
    },
  },
  {
    name: "by strategy keep of a union what $retainKeys names",
    given: [deployment("web")],
    request: patch(`${DEPLOYMENTS}/web`, "strategic", {
      spec: { strategy: { $retainKeys: ["type"], type: "Recreate" } },
    }),
    status: 200,
    json: { spec: { strategy: { type: "Recreate" } } },
    absent: ["spec.strategy.rollingUpdate"],
  },
  {
    name: "by strategy delete from lists of plain values",
    given: [configMap("a", { metadata: { name: "a", finalizers: ["example.com/a", "example.com/b"] } })],
    request: patch(`${CONFIG_MAPS}/a`, "strategic", {
      metadata: { "$deleteFromPrimitiveList/finalizers": ["example.com/a"] },
    }),
    status: 200,
    json: { metadata: { finalizers: ["example.com/b"] } },
  },
  {
    name: "by strategy add to lists of plain values",
    given: [configMap("a", { metadata: { name: "a", finalizers: ["example.com/a"] } })],
    request: patch(`${CONFIG_MAPS}/a`, "strategic", { metadata: { finalizers: ["example.com/b"] } }),
    status: 200,
    json: { metadata: { finalizers: ["example.com/b", "example.com/a"] } },
  },
  {
    name: "by strategy remove what is null",
    given: [configMap("a", { data: { key: "1", other: "2" } })],
    request: patch(`${CONFIG_MAPS}/a`, "strategic", { data: { key: null } }),
    status: 200,
    json: { data: { other: "2" } },
    absent: ["data.key"],
  },
  {
    name: "by strategy merge ports by their number",
    given: [service("s")],
    request: patch(`${SERVICES}/s`, "strategic", { spec: { ports: [{ port: 80, name: "web" }] } }),
    status: 200,
    json: { spec: { ports: [{ port: 80, name: "web", targetPort: 80 }] } },
  },
  {
    name: "that name another kind are refused",
    given,
    request: patch(`${CONFIG_MAPS}/a`, "merge", { kind: "Secret" }),
    ...failure(400, "BadRequest"),
  },
  {
    name: "that name an old revision conflict",
    given,
    before: [patch(`${CONFIG_MAPS}/a`, "merge", { data: { key: "new" } })],
    request: patch(`${CONFIG_MAPS}/a`, "merge", { metadata: { resourceVersion: "{rv}" }, data: { x: "y" } }),
    ...failure(409, "Conflict", {
      message:
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    }),
  },
  {
    name: "of what is not there find nothing",
    request: patch(`${WIDGETS}/w`, "merge", {}),
    ...failure(404, "NotFound", { message: 'widgets.example.com "w" not found' }),
  },
  {
    name: "of a status by merging leave the spec",
    given: [deployment("web")],
    request: patch(`${DEPLOYMENTS}/web/status`, "merge", {
      spec: { replicas: 7 },
      status: { readyReplicas: 1 },
    }),
    status: 200,
    json: { spec: { replicas: 1 }, status: { readyReplicas: 1 } },
  },
  {
    name: "are not for collections",
    request: patch(CONFIG_MAPS, "merge", {}),
    ...failure(405, "MethodNotAllowed"),
  },
];

function deploymentOf(names: readonly string[]): object {
  const containers = names.map((name) => ({ name, image: "example/app:1" }));
  return { template: { metadata: { labels: { app: "web" } }, spec: { containers } } };
}
