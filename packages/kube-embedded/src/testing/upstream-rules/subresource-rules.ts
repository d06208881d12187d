import {
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

const ACCOUNTS = "/api/v1/namespaces/{ns}/serviceaccounts";
const BUDGETS = "/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets";
const QUOTAS = "/api/v1/namespaces/{ns}/resourcequotas";

const binding = (node: string) => ({
  apiVersion: "v1",
  kind: "Binding",
  metadata: { name: "p" },
  target: { kind: "Node", name: node },
});
const eviction = (more: object = {}) => ({
  apiVersion: "policy/v1",
  kind: "Eviction",
  metadata: { name: "p" },
  ...more,
});
const running = patch(`${PODS}/p/status`, "merge", {
  status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
});
const labelled = { ...pod("p"), metadata: { name: "p", labels: { app: "web" } } };
const budget = post(BUDGETS, {
  metadata: { name: "b" },
  spec: { minAvailable: 1, selector: { matchLabels: { app: "web" } } },
});

export const SUBRESOURCE_RULES: readonly Expectation[] = [
  {
    name: "scale: is read from the object",
    given: [deployment("web", { replicas: 2 })],
    request: { path: `${DEPLOYMENTS}/web/scale` },
    status: 200,
    json: {
      kind: "Scale",
      apiVersion: "autoscaling/v1",
      metadata: { name: "web", namespace: "{ns}", uid: "{uid}", resourceVersion: "{rv}" },
      spec: { replicas: 2 },
      status: { replicas: 0, selector: "app=web" },
    },
  },
  {
    name: "scale: is replaced as a whole",
    given: [deployment("web")],
    request: put(`${DEPLOYMENTS}/web/scale`, {
      apiVersion: "autoscaling/v1",
      kind: "Scale",
      metadata: { name: "web", namespace: "{ns}" },
      spec: { replicas: 4 },
    }),
    status: 200,
    json: { spec: { replicas: 4 } },
  },
  {
    name: "scale: is never negative",
    given: [deployment("web")],
    request: patch(`${DEPLOYMENTS}/web/scale`, "merge", { spec: { replicas: -1 } }),
    ...invalid("Scale.autoscaling", "web", [
      "spec.replicas",
      "Invalid value: -1: must be greater than or equal to 0",
    ]),
  },
  {
    name: "scale: of an old revision conflicts",
    given: [deployment("web")],
    before: [patch(`${DEPLOYMENTS}/web`, "merge", { metadata: { labels: { a: "b" } } })],
    request: patch(`${DEPLOYMENTS}/web/scale`, "merge", {
      metadata: { resourceVersion: "{rv}" },
      spec: { replicas: 3 },
    }),
    ...failure(409, "Conflict", {
      message:
        'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
    }),
  },
  {
    name: "scale: is tracked as a subresource",
    given: [deployment("web")],
    before: [patch(`${DEPLOYMENTS}/web/scale?fieldManager=scaler`, "merge", { spec: { replicas: 3 } })],
    request: { path: `${DEPLOYMENTS}/web` },
    status: 200,
    json: { metadata: { generation: 2 } },
    // Its place among the entries follows the second in which it was written.
    text: '"fieldsV1":{"f:spec":{"f:replicas":{}}},"subresource":"scale"',
  },
  {
    name: "scale: of what is not there finds nothing",
    request: { path: `${DEPLOYMENTS}/web/scale` },
    ...failure(404, "NotFound", { message: 'deployments.apps "web" not found' }),
  },
  {
    name: "scale: is not for kinds that cannot scale",
    given: [widget("w")],
    request: { path: `${WIDGETS}/w/scale` },
    status: 404,
  },
  {
    name: "binding: puts a pod on a node",
    given: [pod("p")],
    before: [post(`${PODS}/p/binding`, binding("n"))],
    request: { path: `${PODS}/p` },
    status: 200,
    json: {
      spec: { nodeName: "n" },
      status: { conditions: [{ type: "PodScheduled", status: "True" }] },
    },
  },
  {
    name: "binding: answers with a Status",
    given: [pod("p")],
    request: post(`${PODS}/p/binding`, binding("n")),
    status: 201,
    json: { kind: "Status", apiVersion: "v1", status: "Success", code: 201 },
  },
  {
    name: "binding: is for once",
    given: [pod("p", { nodeName: "n" })],
    request: post(`${PODS}/p/binding`, binding("other")),
    ...failure(409, "Conflict", {
      message: 'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n"',
    }),
  },
  {
    name: "binding: waits for the pod's gates",
    given: [pod("p", { schedulingGates: [{ name: "example.com/a" }] })],
    request: post(`${PODS}/p/binding`, binding("n")),
    ...failure(409, "Conflict", {
      message: 'Operation cannot be fulfilled on pods/binding "p": pod p has non-empty .spec.schedulingGates',
    }),
  },
  {
    name: "binding: names a node",
    given: [pod("p")],
    request: post(`${PODS}/p/binding`, binding("")),
    ...invalid("Binding", "p", ["target.name", "Required value"]),
  },
  {
    name: "binding: is to a node and nothing else",
    given: [pod("p")],
    request: post(`${PODS}/p/binding`, { ...binding("n"), target: { kind: "Pod", name: "n" } }),
    ...invalid("Binding", "p", [
      "target.kind",
      'Unsupported value: "Pod": supported values: "Node", "<empty>"',
    ]),
  },
  {
    name: "binding: names the pod of its URL",
    given: [pod("p")],
    request: post(`${PODS}/p/binding`, { ...binding("n"), metadata: { name: "other" } }),
    ...failure(400, "BadRequest", {
      message: "name in URL does not match name in Binding object",
    }),
  },
  {
    name: "binding: of what is not there finds nothing",
    request: post(`${PODS}/p/binding`, binding("n")),
    ...failure(404, "NotFound", { message: 'pods "p" not found' }),
  },
  {
    name: "eviction: removes a pod that nothing protects",
    given: [pod("p")],
    before: [post(`${PODS}/p/eviction`, eviction())],
    request: { path: `${PODS}/p` },
    ...failure(404, "NotFound"),
  },
  {
    name: "eviction: is refused while the budget is not counted yet",
    given: [labelled],
    before: [running, budget],
    request: post(`${PODS}/p/eviction`, eviction()),
    ...failure(429, "TooManyRequests", {
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: {
        retryAfterSeconds: 10,
        causes: [
          {
            reason: "DisruptionBudget",
            message: "The disruption budget b is still being processed by the server.",
          },
        ],
      },
    }),
    headers: { "retry-after": "10" },
  },
  {
    name: "eviction: is refused when the budget allows none",
    given: [labelled],
    before: [
      running,
      budget,
      patch(`${BUDGETS}/b/status`, "merge", {
        status: {
          observedGeneration: 1,
          disruptionsAllowed: 0,
          currentHealthy: 1,
          desiredHealthy: 1,
          expectedPods: 1,
        },
      }),
    ],
    request: post(`${PODS}/p/eviction`, eviction()),
    ...failure(429, "TooManyRequests", {
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: {
        causes: [
          {
            reason: "DisruptionBudget",
            message: "The disruption budget b needs 1 healthy pods and has 1 currently",
          },
        ],
      },
    }),
  },
  {
    name: "eviction: spends what the budget allows",
    given: [labelled],
    before: [
      running,
      budget,
      patch(`${BUDGETS}/b/status`, "merge", {
        status: {
          observedGeneration: 1,
          disruptionsAllowed: 1,
          currentHealthy: 2,
          desiredHealthy: 1,
          expectedPods: 2,
        },
      }),
      post(`${PODS}/p/eviction`, eviction()),
    ],
    request: { path: `${BUDGETS}/b` },
    status: 200,
    json: { status: { disruptionsAllowed: 0, disruptedPods: {} } },
  },
  {
    name: "eviction: of another uid is refused",
    given: [pod("p")],
    request: post(`${PODS}/p/eviction`, eviction({ deleteOptions: { preconditions: { uid: "other" } } })),
    ...failure(409, "Conflict"),
  },
  {
    name: "eviction: names the pod of its URL",
    given: [pod("p")],
    request: post(`${PODS}/p/eviction`, { ...eviction(), metadata: { name: "other" } }),
    ...failure(400, "BadRequest", {
      message: "name in URL does not match name in Eviction object",
    }),
  },
  {
    name: "eviction: of what is not there finds nothing",
    request: post(`${PODS}/p/eviction`, eviction()),
    ...failure(404, "NotFound", { message: 'pods "p" not found' }),
  },
  {
    name: "token: is for an account",
    given: [{ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "robot" } }],
    request: post(`${ACCOUNTS}/robot/token`, { spec: { expirationSeconds: 700 } }),
    status: 201,
    json: {
      kind: "TokenRequest",
      apiVersion: "authentication.k8s.io/v1",
      metadata: { name: "robot", namespace: "{ns}" },
      spec: { expirationSeconds: 700 },
    },
  },
  {
    name: "token: lives ten minutes at least",
    given: [{ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "robot" } }],
    request: post(`${ACCOUNTS}/robot/token`, { spec: { expirationSeconds: 60 } }),
    ...invalid("TokenRequest.authentication.k8s.io", "", [
      "spec.expirationSeconds",
      "Invalid value: 60: may not specify a duration less than 10 minutes",
    ]),
  },
  {
    name: "token: is bound to what there is",
    given: [{ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "robot" } }],
    request: post(`${ACCOUNTS}/robot/token`, {
      spec: { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "p" } },
    }),
    ...failure(404, "NotFound", { message: 'pods "p" not found' }),
  },
  {
    name: "token: of no account finds nothing",
    request: post(`${ACCOUNTS}/nobody/token`, { spec: {} }),
    ...failure(404, "NotFound", { message: 'serviceaccounts "nobody" not found' }),
  },
  {
    name: "log: of a pod without a node is nothing",
    given: [pod("p")],
    request: { path: `${PODS}/p/log` },
    status: 204,
    text: "",
  },
  {
    name: "status: of a custom kind without one is not there",
    given: [widget("w")],
    request: { path: `${WIDGETS}/w/status` },
    status: 404,
  },
  {
    name: "status: of a namespace is changed in its place",
    request: { path: "/api/v1/namespaces/{ns}/status" },
    status: 200,
    json: { kind: "Namespace", status: { phase: "Active" } },
  },
  {
    name: "finalize: takes finalizers off a namespace",
    before: [
      post("/api/v1/namespaces", { metadata: { name: "{ns}-x" } }),
      remove("/api/v1/namespaces/{ns}-x"),
    ],
    request: put("/api/v1/namespaces/{ns}-x/finalize", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "{ns}-x" },
      spec: { finalizers: [] },
    }),
    status: 200,
    json: { kind: "Namespace", metadata: { name: "{ns}-x" } },
  },
];

const quota = (hard: object) => post(QUOTAS, { metadata: { name: "q" }, spec: { hard } });
const counted = (hard: object, used: object) =>
  patch(`${QUOTAS}/q/status`, "merge", { status: { hard, used } });

export const NAMESPACE_RULES: readonly Expectation[] = [
  {
    name: "carries its name as a label",
    request: { path: "/api/v1/namespaces/{ns}" },
    status: 200,
    json: {
      metadata: { labels: { "kubernetes.io/metadata.name": "{ns}" } },
      spec: { finalizers: ["kubernetes"] },
      status: { phase: "Active" },
    },
  },
  {
    name: "that is going takes nothing new",
    before: [
      post("/api/v1/namespaces", { metadata: { name: "{ns}-x" } }),
      remove("/api/v1/namespaces/{ns}-x"),
    ],
    request: post("/api/v1/namespaces/{ns}-x/pods", pod("p")),
    ...failure(403, "Forbidden", {
      message:
        'pods "p" is forbidden: unable to create new content in namespace {ns}-x because it is being terminated',
      details: {
        name: "p",
        kind: "pods",
        causes: [
          {
            reason: "NamespaceTerminating",
            message: "namespace {ns}-x is being terminated",
            field: "metadata.namespace",
          },
        ],
      },
    }),
  },
  {
    name: "that is not there refuses even custom kinds",
    request: post("/apis/example.com/v1/namespaces/nowhere/widgets", widget("w")),
    ...failure(404, "NotFound", { message: 'namespaces "nowhere" not found' }),
  },
  {
    name: "that is not there lists nothing",
    request: { path: "/api/v1/namespaces/nowhere/pods" },
    status: 200,
    json: { kind: "PodList", items: [] },
  },
  {
    name: "keeps its finalizers in an update",
    request: patch("/api/v1/namespaces/{ns}", "merge", { spec: { finalizers: [] } }),
    status: 200,
    json: { spec: { finalizers: ["kubernetes"] } },
  },
  {
    name: "cannot be deleted by the dozen",
    request: remove("/api/v1/namespaces"),
    ...failure(405, "MethodNotAllowed"),
  },
  {
    name: "with a quota counts its objects",
    before: [quota({ pods: "1" }), counted({ pods: "1" }, { pods: "1" })],
    request: post(PODS, pod("p")),
    ...failure(403, "Forbidden", {
      message: 'pods "p" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
    }),
  },
  {
    name: "with a quota needs to know what each container asks for",
    before: [quota({ "requests.cpu": "1" }), counted({ "requests.cpu": "1" }, { "requests.cpu": "0" })],
    request: post(PODS, pod("p")),
    ...failure(403, "Forbidden", {
      message: 'pods "p" is forbidden: failed quota: q: must specify requests.cpu for: main',
    }),
  },
  {
    name: "with a quota adds up what is asked for",
    before: [quota({ "requests.cpu": "1" }), counted({ "requests.cpu": "1" }, { "requests.cpu": "600m" })],
    request: post(
      PODS,
      pod("p", { containers: [{ name: "main", image: "x", resources: { requests: { cpu: "500m" } } }] }),
    ),
    ...failure(403, "Forbidden", {
      message:
        'pods "p" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1',
    }),
  },
  {
    name: "with a quota that nobody has counted waits",
    before: [quota({ pods: "1" })],
    request: post(PODS, pod("p")),
    ...failure(403, "Forbidden", {
      message: 'pods "p" is forbidden: status unknown for quota: q, resources: pods',
    }),
  },
  {
    name: "with a quota charges it at once",
    before: [quota({ pods: "2" }), counted({ pods: "2" }, { pods: "0" }), post(PODS, pod("p"))],
    request: { path: `${QUOTAS}/q` },
    status: 200,
    json: { status: { used: { pods: "1" } } },
  },
  {
    name: "with a quota charges no dry run",
    before: [
      quota({ pods: "2" }),
      counted({ pods: "2" }, { pods: "0" }),
      post(`${PODS}?dryRun=All`, pod("p")),
    ],
    request: { path: `${QUOTAS}/q` },
    status: 200,
    json: { status: { used: { pods: "0" } } },
  },
  {
    name: "with limits fills in what containers leave out",
    before: [
      post("/api/v1/namespaces/{ns}/limitranges", {
        metadata: { name: "l" },
        spec: { limits: [{ type: "Container", default: { cpu: "1" }, defaultRequest: { cpu: "500m" } }] },
      }),
    ],
    request: post(PODS, pod("p")),
    status: 201,
    json: { spec: { containers: [{ resources: { requests: { cpu: "500m" }, limits: { cpu: "1" } } }] } },
  },
  {
    name: "with limits refuses what is above them",
    before: [
      post("/api/v1/namespaces/{ns}/limitranges", {
        metadata: { name: "l" },
        spec: { limits: [{ type: "Container", max: { cpu: "1" } }] },
      }),
    ],
    request: post(
      PODS,
      pod("p", { containers: [{ name: "main", image: "x", resources: { limits: { cpu: "2" } } }] }),
    ),
    ...failure(403, "Forbidden", {
      message: 'pods "p" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
    }),
  },
  {
    name: "with limits refuses what is below them",
    before: [
      post("/api/v1/namespaces/{ns}/limitranges", {
        metadata: { name: "l" },
        spec: { limits: [{ type: "Container", min: { memory: "1Gi" } }] },
      }),
    ],
    request: post(
      PODS,
      pod("p", { containers: [{ name: "main", image: "x", resources: { requests: { memory: "1Mi" } } }] }),
    ),
    ...failure(403, "Forbidden", {
      message: 'pods "p" is forbidden: minimum memory usage per Container is 1Gi, but request is 1Mi',
    }),
  },
];
