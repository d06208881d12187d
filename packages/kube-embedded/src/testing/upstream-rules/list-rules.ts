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
  remove,
  WIDGETS,
  widget,
} from "./expectation.ts";

const THREE = ["a", "b", "c"].map((name) => configMap(name));

/** Pages, revisions and their limits. */
export const LIST_RULES: readonly Expectation[] = [
  {
    name: "of nothing has an empty list of items, not none",
    request: { path: CONFIG_MAPS },
    status: 200,
    text: '"items":[]',
    json: { kind: "ConfigMapList", items: [] },
  },
  {
    name: "goes on where the last page ended",
    given: THREE,
    before: [{ path: `${CONFIG_MAPS}?limit=2` }],
    request: { path: `${CONFIG_MAPS}?limit=2&continue={last.metadata.continue}` },
    status: 200,
    json: { items: [{ metadata: { name: "c" } }] },
    absent: ["metadata.continue", "metadata.remainingItemCount"],
  },
  {
    name: "shows all pages at the revision of the first",
    given: THREE,
    before: [{ path: `${CONFIG_MAPS}?limit=2` }],
    request: { path: `${CONFIG_MAPS}?continue={last.metadata.continue}` },
    status: 200,
    json: { metadata: { resourceVersion: "{last.metadata.resourceVersion}" } },
  },
  {
    name: "in pages needs no page when everything fits",
    given: THREE,
    request: { path: `${CONFIG_MAPS}?limit=3` },
    status: 200,
    json: { items: [{}, {}, {}] },
    absent: ["metadata.continue", "metadata.remainingItemCount"],
  },
  {
    name: "without a limit has no pages",
    given: THREE,
    request: { path: `${CONFIG_MAPS}?limit=0` },
    status: 200,
    json: { items: [{}, {}, {}] },
    absent: ["metadata.continue"],
  },
  {
    name: "refuses a revision along with a page's token",
    given: THREE,
    before: [{ path: `${CONFIG_MAPS}?limit=2` }],
    request: { path: `${CONFIG_MAPS}?resourceVersion={rv}&continue={last.metadata.continue}` },
    ...failure(400, "BadRequest", {
      message: "specifying resource version is not allowed when using continue",
    }),
  },
  {
    name: "takes revision 0 along with a page's token for none",
    given: THREE,
    before: [{ path: `${CONFIG_MAPS}?limit=2` }],
    request: { path: `${CONFIG_MAPS}?resourceVersion=0&continue={last.metadata.continue}` },
    status: 200,
    json: { items: [{ metadata: { name: "c" } }] },
  },
  {
    name: "refuses a match along with a page's token",
    given: THREE,
    before: [{ path: `${CONFIG_MAPS}?limit=2` }],
    request: {
      path: `${CONFIG_MAPS}?resourceVersion=0&resourceVersionMatch=NotOlderThan&continue={last.metadata.continue}`,
    },
    ...invalid("ListOptions.meta.k8s.io", "", [
      "resourceVersionMatch",
      "Forbidden: resourceVersionMatch is forbidden when continue is provided",
    ]),
  },
  {
    name: "refuses a token that is none",
    request: { path: `${CONFIG_MAPS}?continue=nonsense` },
    ...failure(400, "BadRequest", { message: "invalid continue token: continue key is not valid" }),
  },
  {
    name: "refuses a token of another version",
    request: {
      path: `${CONFIG_MAPS}?continue=${Buffer.from('{"v":"meta.k8s.io/v9","rv":1,"start":"a"}').toString("base64url")}`,
    },
    ...failure(400, "BadRequest", {
      message:
        "invalid continue token: continue key is not valid: server does not recognize this encoded version meta.k8s.io/v9",
    }),
  },
  {
    name: "refuses a match without a revision",
    request: { path: `${CONFIG_MAPS}?resourceVersionMatch=NotOlderThan` },
    ...invalid("ListOptions.meta.k8s.io", "", [
      "resourceVersionMatch",
      "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided",
    ]),
  },
  {
    name: "refuses exactness about any revision",
    request: { path: `${CONFIG_MAPS}?resourceVersion=0&resourceVersionMatch=Exact` },
    ...invalid("ListOptions.meta.k8s.io", "", [
      "resourceVersionMatch",
      'Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    ]),
  },
  {
    name: "knows two matches",
    request: { path: `${CONFIG_MAPS}?resourceVersion=1&resourceVersionMatch=Newest` },
    ...invalid("ListOptions.meta.k8s.io", "", [
      "resourceVersionMatch",
      'Unsupported value: "Newest": supported values: "Exact", "NotOlderThan", ""',
    ]),
  },
  {
    name: "refuses to send initial events",
    request: { path: `${CONFIG_MAPS}?sendInitialEvents=true` },
    ...invalid("ListOptions.meta.k8s.io", "", [
      "sendInitialEvents",
      "Forbidden: sendInitialEvents is forbidden for list",
    ]),
  },
  {
    name: "at exactly a revision shows what was there then",
    given: [configMap("a")],
    before: [remove(`${CONFIG_MAPS}/a`)],
    request: { path: `${CONFIG_MAPS}?resourceVersion={rv}&resourceVersionMatch=Exact` },
    status: 200,
    json: { metadata: { resourceVersion: "{rv}" }, items: [{ metadata: { name: "a" } }] },
  },
  {
    name: "in pages at a revision is exact without saying so",
    given: [configMap("a")],
    before: [remove(`${CONFIG_MAPS}/a`)],
    request: { path: `${CONFIG_MAPS}?resourceVersion={rv}&limit=5` },
    status: 200,
    json: { metadata: { resourceVersion: "{rv}" }, items: [{ metadata: { name: "a" } }] },
  },
  {
    name: "not older than a revision shows the newest",
    given: [configMap("a")],
    before: [remove(`${CONFIG_MAPS}/a`)],
    request: { path: `${CONFIG_MAPS}?resourceVersion={rv}&resourceVersionMatch=NotOlderThan` },
    status: 200,
    json: { items: [] },
  },
  {
    name: "refuses a revision that is no number",
    request: { path: `${CONFIG_MAPS}?resourceVersion=newest` },
    ...failure(400, "BadRequest"),
  },
  {
    name: "refuses a limit that is no number",
    request: { path: `${CONFIG_MAPS}?limit=many` },
    ...failure(400, "BadRequest"),
  },
  {
    name: "keeps kind and version in the items of custom kinds",
    given: [widget("w")],
    request: { path: WIDGETS },
    status: 200,
    json: { kind: "WidgetList", apiVersion: "example.com/v1", items: [{ kind: "Widget" }] },
  },
  {
    name: "is in the order of names",
    given: ["b", "a.b", "a", "a-b"].map((name) => configMap(name)),
    request: { path: CONFIG_MAPS },
    status: 200,
    json: {
      items: ["a", "a-b", "a.b", "b"].map((name) => ({ metadata: { name } })),
    },
  },
  {
    name: "of a deleted collection is empty",
    given: THREE,
    before: [remove(CONFIG_MAPS)],
    request: { path: CONFIG_MAPS },
    status: 200,
    json: { items: [] },
  },
];

const TIERS = [
  configMap("back", { metadata: { name: "back", labels: { tier: "back", size: "2" } } }),
  configMap("front", { metadata: { name: "front", labels: { tier: "front" } } }),
  configMap("none"),
];

/** A label selector and the names that it selects among `back`, `front` and `none`. */
const SELECTED: readonly (readonly [selector: string, names: readonly string[]])[] = [
  ["tier=front", ["front"]],
  ["tier==front", ["front"]],
  ["tier!=front", ["back", "none"]],
  ["tier in (front,back)", ["back", "front"]],
  ["tier notin (front)", ["back", "none"]],
  ["tier", ["back", "front"]],
  ["!tier", ["none"]],
  ["tier,size=2", ["back"]],
  ["size>1", ["back"]],
  ["size<1", []],
];

/** A field selector and the names that it selects among pods `a` (on node `n`) and `b`. */
const SELECTED_PODS: readonly (readonly [selector: string, names: readonly string[]])[] = [
  ["metadata.name=a", ["a"]],
  ["metadata.name!=a", ["b"]],
  ["spec.nodeName=n", ["a"]],
  ["spec.nodeName=", ["b"]],
  ["status.phase=Pending", ["a", "b"]],
  ["status.phase!=Pending", []],
  ["spec.restartPolicy==Never", ["b"]],
  ["spec.schedulerName=default-scheduler,metadata.name=b", ["b"]],
  ["spec.serviceAccountName=default", ["a", "b"]],
];

export const SELECTOR_RULES: readonly Expectation[] = [
  ...SELECTED.map(([selector, names]) => ({
    name: `by label: ${selector}`,
    given: TIERS,
    request: { path: `${CONFIG_MAPS}?labelSelector=${encodeURIComponent(selector)}` },
    status: 200,
    json: { items: names.map((name) => ({ metadata: { name } })) },
  })),
  ...SELECTED_PODS.map(([selector, names]) => ({
    name: `by field: ${selector}`,
    given: [pod("a", { nodeName: "n" }), pod("b", { restartPolicy: "Never" })],
    request: { path: `${PODS}?fieldSelector=${encodeURIComponent(selector)}` },
    status: 200,
    json: { items: names.map((name) => ({ metadata: { name } })) },
  })),
  {
    name: "by what is no field selector is refused",
    request: { path: `${PODS}?fieldSelector=a` },
    ...failure(400, "BadRequest", { message: "invalid selector: 'a'; can't understand 'a'" }),
  },
  {
    name: "by a field that the kind does not offer is refused",
    request: { path: `${PODS}?fieldSelector=spec.hostname%3Dh` },
    ...failure(400, "BadRequest", {
      message: "field label not supported: spec.hostname",
    }),
  },
  {
    name: "by a field of a custom kind is refused",
    request: { path: `${WIDGETS}?fieldSelector=spec.size%3D1` },
    ...failure(400, "BadRequest"),
  },
  {
    name: "by name works for custom kinds",
    given: [widget("v"), widget("w")],
    request: { path: `${WIDGETS}?fieldSelector=metadata.name%3Dw` },
    status: 200,
    json: { items: [{ metadata: { name: "w" } }] },
  },
  {
    name: "by a label key that is none is refused",
    request: { path: `${CONFIG_MAPS}?labelSelector=${encodeURIComponent("a/b/c=d")}` },
    ...failure(400, "BadRequest"),
  },
  {
    name: "by a label value that is none is refused",
    request: { path: `${CONFIG_MAPS}?labelSelector=${encodeURIComponent("a=b c")}` },
    ...failure(400, "BadRequest"),
  },
  {
    name: "by labels and fields at once narrows twice",
    given: TIERS,
    request: { path: `${CONFIG_MAPS}?labelSelector=tier&fieldSelector=metadata.name%3Dfront` },
    status: 200,
    json: { items: [{ metadata: { name: "front" } }] },
  },
  {
    name: "of deployments finds them by the labels of the object, not of its pods",
    given: [deployment("web")],
    request: { path: `${DEPLOYMENTS}?labelSelector=app%3Dweb` },
    status: 200,
    json: { items: [] },
  },
  {
    name: "finds events by what they are about",
    before: [
      post("/api/v1/namespaces/{ns}/events", {
        metadata: { name: "e" },
        involvedObject: { kind: "Pod", name: "p", namespace: "{ns}" },
        reason: "Started",
        type: "Normal",
      }),
    ],
    request: {
      path: `/api/v1/namespaces/{ns}/events?fieldSelector=${encodeURIComponent("involvedObject.name=p,reason=Started,type=Normal")}`,
    },
    status: 200,
    json: { items: [{ metadata: { name: "e" } }] },
  },
  {
    name: "deletes what it selects and nothing else",
    given: TIERS,
    before: [remove(`${CONFIG_MAPS}?fieldSelector=metadata.name%3Dback`)],
    request: { path: CONFIG_MAPS },
    status: 200,
    json: { items: [{ metadata: { name: "front" } }, { metadata: { name: "none" } }] },
  },
  {
    name: "of a namespace finds it by its phase",
    request: { path: "/api/v1/namespaces?fieldSelector=metadata.name%3D{ns},status.phase%3DActive" },
    status: 200,
    json: { items: [{ metadata: { name: "{ns}" } }] },
  },
  {
    name: "follows labels that change",
    given: TIERS,
    before: [patch(`${CONFIG_MAPS}/none`, "merge", { metadata: { labels: { tier: "front" } } })],
    request: { path: `${CONFIG_MAPS}?labelSelector=tier%3Dfront` },
    status: 200,
    json: { items: [{ metadata: { name: "front" } }, { metadata: { name: "none" } }] },
  },
];
