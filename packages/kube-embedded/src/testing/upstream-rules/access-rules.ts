import {
  type Call,
  CONFIG_MAPS,
  configMap,
  DEPLOYMENTS,
  type Expectation,
  failure,
  invalid,
  PODS,
  post,
} from "./expectation.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const AUTHORIZATION = "/apis/authorization.k8s.io/v1";

/** A request in the name of somebody without any role. */
function asJane(call: Call): Call {
  return { ...call, headers: { ...call.headers, "impersonate-user": "jane" } };
}

/** What Jane asks for, and what she may not. */
const REFUSED: readonly (readonly [request: Call, message: string, details: object])[] = [
  [
    { path: PODS },
    'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "{ns}"',
    { kind: "pods" },
  ],
  [
    { path: `${PODS}/p` },
    'pods "p" is forbidden: User "jane" cannot get resource "pods" in API group "" in the namespace "{ns}"',
    { name: "p", kind: "pods" },
  ],
  [
    { path: `${PODS}?watch=true` },
    'pods is forbidden: User "jane" cannot watch resource "pods" in API group "" in the namespace "{ns}"',
    { kind: "pods" },
  ],
  [
    { path: "/api/v1/pods" },
    'pods is forbidden: User "jane" cannot list resource "pods" in API group "" at the cluster scope',
    { kind: "pods" },
  ],
  [
    { path: "/api/v1/nodes/n" },
    'nodes "n" is forbidden: User "jane" cannot get resource "nodes" in API group "" at the cluster scope',
    { name: "n", kind: "nodes" },
  ],
  [
    post(DEPLOYMENTS, {}),
    'deployments.apps is forbidden: User "jane" cannot create resource "deployments" in API group "apps" in the namespace "{ns}"',
    { group: "apps", kind: "deployments" },
  ],
  [
    { method: "PUT", path: `${CONFIG_MAPS}/a`, body: {} },
    'configmaps "a" is forbidden: User "jane" cannot update resource "configmaps" in API group "" in the namespace "{ns}"',
    { name: "a", kind: "configmaps" },
  ],
  [
    { method: "PATCH", path: `${CONFIG_MAPS}/a`, body: {} },
    'configmaps "a" is forbidden: User "jane" cannot patch resource "configmaps" in API group "" in the namespace "{ns}"',
    { name: "a", kind: "configmaps" },
  ],
  [
    { method: "DELETE", path: `${CONFIG_MAPS}/a` },
    'configmaps "a" is forbidden: User "jane" cannot delete resource "configmaps" in API group "" in the namespace "{ns}"',
    { name: "a", kind: "configmaps" },
  ],
  [
    { method: "DELETE", path: CONFIG_MAPS },
    'configmaps is forbidden: User "jane" cannot deletecollection resource "configmaps" in API group "" in the namespace "{ns}"',
    { kind: "configmaps" },
  ],
  [
    { path: `${PODS}/p/log` },
    'pods "p" is forbidden: User "jane" cannot get resource "pods/log" in API group "" in the namespace "{ns}"',
    { name: "p", kind: "pods" },
  ],
  [
    post(`${PODS}/p/eviction`, {}),
    'pods "p" is forbidden: User "jane" cannot create resource "pods/eviction" in API group "" in the namespace "{ns}"',
    { name: "p", kind: "pods" },
  ],
  [
    { path: "/apis/apps/v1/namespaces/{ns}/deployments/web/scale" },
    'deployments.apps "web" is forbidden: User "jane" cannot get resource "deployments/scale" in API group "apps" in the namespace "{ns}"',
    { name: "web", group: "apps", kind: "deployments" },
  ],
  [
    { path: "/apis/example.com/v1/namespaces/{ns}/widgets" },
    'widgets.example.com is forbidden: User "jane" cannot list resource "widgets" in API group "example.com" in the namespace "{ns}"',
    { group: "example.com", kind: "widgets" },
  ],
];

const review = (kind: string, spec: object): Call => post(`${AUTHORIZATION}/${kind}`, { spec });
const READER = [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] }];
const reader = post(`${RBAC}/namespaces/{ns}/roles`, { metadata: { name: "reader" }, rules: READER });
const bound = post(`${RBAC}/namespaces/{ns}/rolebindings`, {
  metadata: { name: "readers" },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" },
  subjects: [{ kind: "User", name: "jane" }],
});

export const ACCESS_RULES: readonly Expectation[] = [
  ...REFUSED.map(([request, message, details]) => ({
    name: `is refused: ${request.method ?? "GET"} ${request.path}`,
    request: asJane(request),
    ...failure(403, "Forbidden", { message, details }),
  })),
  {
    name: "to a path is refused",
    request: asJane({ path: "/metrics" }),
    ...failure(403, "Forbidden", { message: 'forbidden: User "jane" cannot get path "/metrics"' }),
  },
  {
    name: "to discovery is for everybody",
    request: asJane({ path: "/api" }),
    status: 200,
    json: { kind: "APIVersions" },
  },
  {
    name: "follows roles",
    before: [reader, bound],
    request: asJane({ path: PODS }),
    status: 200,
    json: { kind: "PodList" },
  },
  {
    name: "follows roles no further than they go",
    before: [reader, bound],
    request: asJane({ method: "DELETE", path: `${PODS}/p` }),
    ...failure(403, "Forbidden"),
  },
  {
    name: "lets nobody give what he has not",
    before: [
      post(`${RBAC}/namespaces/{ns}/roles`, {
        metadata: { name: "maker" },
        rules: [{ apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles"], verbs: ["create"] }],
      }),
      post(`${RBAC}/namespaces/{ns}/rolebindings`, {
        metadata: { name: "makers" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "maker" },
        subjects: [{ kind: "User", name: "jane" }],
      }),
    ],
    request: asJane(reader),
    ...failure(403, "Forbidden", {
      message:
        'roles.rbac.authorization.k8s.io "reader" is forbidden: user "jane" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}',
    }),
  },
  {
    name: "may be asked about oneself",
    before: [reader, bound],
    request: asJane(
      review("selfsubjectaccessreviews", {
        resourceAttributes: { verb: "get", resource: "pods", namespace: "{ns}" },
      }),
    ),
    status: 201,
    json: {
      kind: "SelfSubjectAccessReview",
      status: {
        allowed: true,
        reason: 'RBAC: allowed by RoleBinding "readers/{ns}" of Role "reader" to User "jane"',
      },
    },
  },
  {
    name: "may be asked about and denied",
    request: asJane(
      review("selfsubjectaccessreviews", { resourceAttributes: { verb: "get", resource: "secrets" } }),
    ),
    status: 201,
    json: { status: { allowed: false } },
  },
  {
    name: "may be asked about others",
    before: [reader, bound],
    request: review("subjectaccessreviews", {
      user: "jane",
      resourceAttributes: { verb: "list", resource: "pods", namespace: "{ns}" },
    }),
    status: 201,
    json: { kind: "SubjectAccessReview", status: { allowed: true } },
  },
  {
    name: "may be asked about nobody",
    request: review("subjectaccessreviews", { resourceAttributes: { verb: "list", resource: "pods" } }),
    ...invalid("SubjectAccessReview.authorization.k8s.io", "", [
      "spec.user",
      "Required value: at least one of user or group must be specified",
    ]),
  },
  {
    name: "may be asked about nothing",
    request: review("selfsubjectaccessreviews", {}),
    ...invalid("SelfSubjectAccessReview.authorization.k8s.io", "", [
      "spec.resourceAttributes",
      "Required value: exactly one of nonResourceAttributes or resourceAttributes must be specified",
    ]),
  },
  {
    name: "may be asked about one thing at once",
    request: review("selfsubjectaccessreviews", {
      resourceAttributes: { verb: "get", resource: "pods" },
      nonResourceAttributes: { verb: "get", path: "/" },
    }),
    ...failure(422, "Invalid", {
      details: { causes: [{ reason: "FieldValueInvalid", field: "spec.nonResourceAttributes" }] },
    }),
    text: "cannot be specified in combination with resourceAttributes",
  },
  {
    name: "may be asked about in a namespace",
    request: post(`${AUTHORIZATION}/namespaces/{ns}/localsubjectaccessreviews`, {
      metadata: { namespace: "{ns}" },
      spec: { user: "jane", resourceAttributes: { verb: "get", resource: "pods", namespace: "{ns}" } },
    }),
    status: 201,
    json: { kind: "LocalSubjectAccessReview", status: { allowed: false } },
  },
  {
    name: "in a namespace is asked about there",
    request: post(`${AUTHORIZATION}/namespaces/{ns}/localsubjectaccessreviews`, {
      metadata: { namespace: "{ns}" },
      spec: { user: "jane", resourceAttributes: { verb: "get", resource: "pods", namespace: "other" } },
    }),
    ...failure(422, "Invalid", {
      details: { causes: [{ reason: "FieldValueInvalid", field: "spec.resourceAttributes.namespace" }] },
    }),
  },
  {
    name: "may be asked about as a whole",
    before: [reader, bound],
    request: asJane(review("selfsubjectrulesreviews", { namespace: "{ns}" })),
    status: 201,
    json: { kind: "SelfSubjectRulesReview", status: { incomplete: false } },
    text: '"resources":["pods"]',
  },
  {
    name: "knows who one is",
    request: asJane(post("/apis/authentication.k8s.io/v1/selfsubjectreviews", {})),
    status: 201,
    json: {
      kind: "SelfSubjectReview",
      status: { userInfo: { username: "jane", groups: ["system:authenticated"] } },
    },
  },
  {
    name: "knows no token that it did not give",
    request: post("/apis/authentication.k8s.io/v1/tokenreviews", { spec: { token: "stolen" } }),
    status: 201,
    json: { kind: "TokenReview", status: { error: "invalid bearer token" } },
  },
  {
    name: "needs verbs in its roles",
    request: post(`${RBAC}/namespaces/{ns}/roles`, {
      metadata: { name: "r" },
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: [] }],
    }),
    ...invalid("Role.rbac.authorization.k8s.io", "r", [
      "rules[0].verbs",
      "Required value: verbs must contain at least one value",
    ]),
  },
  {
    name: "keeps what a binding binds to",
    before: [reader, bound],
    request: {
      method: "PATCH",
      path: `${RBAC}/namespaces/{ns}/rolebindings/readers`,
      headers: { "content-type": "application/merge-patch+json" },
      body: { roleRef: { name: "other" } },
    },
    ...failure(422, "Invalid", { details: { causes: [{ reason: "FieldValueInvalid", field: "roleRef" }] } }),
    text: "cannot change roleRef",
  },
  {
    name: "of an impersonator keeps his own name out",
    given: [configMap("a")],
    request: { path: `${CONFIG_MAPS}/a`, headers: { "impersonate-group": "staff" } },
    ...failure(400, "BadRequest"),
  },
];
