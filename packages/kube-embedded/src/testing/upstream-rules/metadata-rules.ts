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

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const LABEL_VALUE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const QUALIFIED =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

const meta = (metadata: object): object => ({ metadata: { name: "a", ...metadata } });

export const NAME_RULES: readonly Expectation[] = [
  {
    name: "of most kinds are subdomains",
    request: post(CONFIG_MAPS, configMap("Not_A_Name")),
    ...invalid("ConfigMap", "Not_A_Name", ["metadata.name", `Invalid value: "Not_A_Name": ${SUBDOMAIN}`]),
  },
  {
    name: "of namespaces are labels",
    request: post("/api/v1/namespaces", { metadata: { name: "a.b" } }),
    ...invalid("Namespace", "a.b", ["metadata.name", `Invalid value: "a.b": ${LABEL}`]),
  },
  {
    name: "of services begin with a letter",
    request: post("/api/v1/namespaces/{ns}/services", {
      metadata: { name: "1a" },
      spec: { ports: [{ port: 1 }] },
    }),
    ...invalid("Service", "1a", ["metadata.name", `Invalid value: "1a": ${LABEL_1035}`]),
  },
  {
    name: "of roles may hold colons",
    request: post("/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles", {
      metadata: { name: "system:reader" },
      rules: [],
    }),
    status: 201,
    json: { metadata: { name: "system:reader" } },
  },
  {
    name: "of roles hold no slash",
    request: post("/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles", {
      metadata: { name: "a/b" },
      rules: [],
    }),
    ...invalid("Role.rbac.authorization.k8s.io", "a/b", [
      "metadata.name",
      `Invalid value: "a/b": may not contain '/'`,
    ]),
  },
  {
    name: "have at most 253 characters",
    request: post(CONFIG_MAPS, configMap("a".repeat(254))),
    ...failure(422, "Invalid", {
      details: {
        causes: [
          {
            field: "metadata.name",
            message: `Invalid value: "${"a".repeat(254)}": must be no more than 253 characters`,
          },
        ],
      },
    }),
  },
  {
    name: "of namespaces have at most 63 characters",
    request: post("/api/v1/namespaces", { metadata: { name: "a".repeat(64) } }),
    ...failure(422, "Invalid", {
      details: {
        causes: [
          {
            field: "metadata.name",
            message: `Invalid value: "${"a".repeat(64)}": must be no more than 63 characters`,
          },
        ],
      },
    }),
  },
  {
    name: "are generated where only their beginning is said",
    request: post(CONFIG_MAPS, { metadata: { generateName: "job-" } }),
    status: 201,
    json: { metadata: { generateName: "job-" } },
    text: '"name":"job-',
  },
  {
    name: "that are said are not generated",
    request: post(CONFIG_MAPS, { metadata: { name: "a", generateName: "job-" } }),
    status: 201,
    json: { metadata: { name: "a", generateName: "job-" } },
  },
  {
    name: "are needed",
    request: post(CONFIG_MAPS, { metadata: {} }),
    ...invalid("ConfigMap", "", ["metadata.name", "Required value: name or generateName is required"]),
  },
  {
    name: "must match the URL in a patch",
    given: [configMap("a")],
    request: patch(`${CONFIG_MAPS}/a`, "merge", { metadata: { name: "b" } }),
    ...failure(400, "BadRequest", {
      message: "the name of the object (b) does not match the name on the URL (a)",
    }),
  },
  {
    name: "of custom kinds follow the same rule",
    request: post(WIDGETS, widget("W")),
    ...invalid("Widget.example.com", "W", ["metadata.name", `Invalid value: "W": ${SUBDOMAIN}`]),
  },
];

export const METADATA_RULES: readonly Expectation[] = [
  {
    name: "refuses label values that are none",
    request: post(CONFIG_MAPS, meta({ labels: { key: "no spaces" } })),
    ...invalid("ConfigMap", "a", ["metadata.labels", `Invalid value: "no spaces": ${LABEL_VALUE}`]),
  },
  {
    name: "refuses label values that are too long",
    request: post(CONFIG_MAPS, meta({ labels: { key: "v".repeat(64) } })),
    ...invalid("ConfigMap", "a", [
      "metadata.labels",
      `Invalid value: "${"v".repeat(64)}": must be no more than 63 characters`,
    ]),
  },
  {
    name: "refuses label keys that are none",
    request: post(CONFIG_MAPS, meta({ labels: { "-key": "v" } })),
    ...invalid("ConfigMap", "a", ["metadata.labels", `Invalid value: "-key": ${QUALIFIED}`]),
  },
  {
    name: "refuses label keys with two slashes",
    request: post(CONFIG_MAPS, meta({ labels: { "a/b/c": "v" } })),
    ...invalid("ConfigMap", "a", [
      "metadata.labels",
      `Invalid value: "a/b/c": a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ]),
  },
  {
    name: "refuses annotation keys that are none",
    request: post(CONFIG_MAPS, meta({ annotations: { "a b": "v" } })),
    ...invalid("ConfigMap", "a", ["metadata.annotations", `Invalid value: "a b": ${QUALIFIED}`]),
  },
  {
    name: "refuses annotations that are too long together",
    request: post(CONFIG_MAPS, meta({ annotations: { key: "v".repeat(262_144) } })),
    ...invalid("ConfigMap", "a", ["metadata.annotations", "Too long: may not be more than 262144 bytes"]),
  },
  {
    name: "refuses labels that are no texts",
    request: post(CONFIG_MAPS, meta({ labels: { key: 1 } })),
    ...failure(400, "BadRequest"),
  },
  {
    name: "refuses finalizers without a domain",
    request: post(CONFIG_MAPS, meta({ finalizers: ["wait"] })),
    ...invalid("ConfigMap", "a", [
      "metadata.finalizers[0]",
      `Invalid value: "wait": name is neither a standard finalizer name nor is it fully qualified`,
    ]),
  },
  {
    name: "warns of finalizers without a domain on custom objects",
    request: post(WIDGETS, { ...widget("w"), metadata: { name: "w", finalizers: ["wait"] } }),
    status: 201,
    headers: {
      warning:
        '299 - "Widgets are \\"old\\"", 299 - "metadata.finalizers: \\"wait\\": prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers"',
    },
  },
  {
    name: "refuses two ways to end at once",
    request: post(CONFIG_MAPS, meta({ finalizers: ["orphan", "foregroundDeletion"] })),
    ...failure(422, "Invalid", {
      details: { causes: [{ reason: "FieldValueInvalid", field: "metadata.finalizers" }] },
    }),
  },
  {
    name: "refuses owners without a uid",
    request: post(
      CONFIG_MAPS,
      meta({ ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "p", uid: "" }] }),
    ),
    ...invalid("ConfigMap", "a", ["metadata.ownerReferences.uid", 'Invalid value: "": must not be empty']),
  },
  {
    name: "refuses events as owners",
    request: post(
      CONFIG_MAPS,
      meta({ ownerReferences: [{ apiVersion: "v1", kind: "Event", name: "e", uid: "u" }] }),
    ),
    ...failure(422, "Invalid", {
      details: { causes: [{ reason: "FieldValueInvalid", field: "metadata.ownerReferences" }] },
    }),
  },
  {
    name: "refuses two controllers",
    request: post(
      CONFIG_MAPS,
      meta({
        ownerReferences: ["p", "q"].map((name) => ({
          apiVersion: "v1",
          kind: "Pod",
          name,
          uid: name,
          controller: true,
        })),
      }),
    ),
    ...failure(422, "Invalid", {
      details: { causes: [{ reason: "FieldValueInvalid", field: "metadata.ownerReferences" }] },
    }),
  },
  {
    name: "of a create decides uid, age and generation by itself",
    request: post(DEPLOYMENTS, {
      ...deployment("web"),
      metadata: { name: "web", uid: "mine", generation: 7, creationTimestamp: "2001-01-01T00:00:00Z" },
    }),
    status: 201,
    json: { metadata: { generation: 1 } },
  },
  {
    name: "of an update keeps uid and age",
    given: [configMap("a")],
    request: put(`${CONFIG_MAPS}/a`, meta({ creationTimestamp: "2001-01-01T00:00:00Z", labels: { a: "b" } })),
    status: 200,
    json: { metadata: { uid: "{uid}", labels: { a: "b" } } },
  },
  {
    name: "refuses an update that means another object",
    given: [configMap("a")],
    request: put(`${CONFIG_MAPS}/a`, meta({ uid: "other" })),
    ...failure(409, "Conflict", {
      message:
        'Operation cannot be fulfilled on configmaps "a": Precondition failed: UID in precondition: other, UID in object meta: {uid}',
    }),
  },
  {
    name: "lets nobody add finalizers once deletion has begun",
    given: [configMap("a", meta({ finalizers: ["example.com/wait"] }))],
    before: [remove(`${CONFIG_MAPS}/a`)],
    request: patch(`${CONFIG_MAPS}/a`, "merge", {
      metadata: { finalizers: ["example.com/wait", "example.com/more"] },
    }),
    ...failure(422, "Invalid", {
      details: {
        causes: [
          {
            reason: "FieldValueForbidden",
            field: "metadata.finalizers",
            message:
              'Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/more"}',
          },
        ],
      },
    }),
  },
  {
    name: "removes an object with its last finalizer",
    given: [configMap("a", meta({ finalizers: ["example.com/wait"] }))],
    before: [
      remove(`${CONFIG_MAPS}/a`),
      patch(`${CONFIG_MAPS}/a`, "merge", { metadata: { finalizers: null } }),
    ],
    request: { path: `${CONFIG_MAPS}/a` },
    ...failure(404, "NotFound"),
  },
  {
    name: "counts the beginning of a deletion as a generation",
    given: [{ ...deployment("web"), metadata: { name: "web", finalizers: ["example.com/wait"] } }],
    request: remove(`${DEPLOYMENTS}/web`),
    status: 200,
    json: { metadata: { generation: 2, deletionGracePeriodSeconds: 0 } },
  },
  {
    name: "does not count labels as a generation",
    given: [deployment("web")],
    request: patch(`${DEPLOYMENTS}/web`, "merge", { metadata: { labels: { a: "b" } } }),
    status: 200,
    json: { metadata: { generation: 1 } },
  },
  {
    name: "counts what is wanted of a custom kind as a generation",
    given: [widget("w")],
    request: patch(`${WIDGETS}/w`, "merge", { spec: { size: 2 } }),
    status: 200,
    json: { metadata: { generation: 2 } },
  },
  {
    name: "does not change with a patch that changes nothing",
    given: [deployment("web")],
    request: patch(`${DEPLOYMENTS}/web`, "strategic", { spec: { replicas: 1 } }),
    status: 200,
    json: { metadata: { resourceVersion: "{rv}", generation: 1 } },
  },
  {
    name: "keeps the generation when the status changes",
    given: [deployment("web")],
    request: patch(`${DEPLOYMENTS}/web/status`, "merge", { status: { replicas: 1 } }),
    status: 200,
    json: { metadata: { generation: 1 }, status: { replicas: 1 } },
  },
];

export const DELETION_RULES: readonly Expectation[] = [
  {
    name: "of another uid is refused",
    given: [configMap("a")],
    request: remove(`${CONFIG_MAPS}/a`, { preconditions: { uid: "other" } }),
    ...failure(409, "Conflict", {
      message:
        'Operation cannot be fulfilled on configmaps "a": Precondition failed: UID in precondition: other, UID in object meta: {uid}',
    }),
  },
  {
    name: "of another revision is refused",
    given: [configMap("a")],
    request: remove(`${CONFIG_MAPS}/a`, { preconditions: { resourceVersion: "1" } }),
    ...failure(409, "Conflict", {
      message:
        'Operation cannot be fulfilled on configmaps "a": Precondition failed: ResourceVersion in precondition: 1, ResourceVersion in object meta: {rv}',
    }),
  },
  {
    name: "of this very object is done",
    given: [configMap("a")],
    request: remove(`${CONFIG_MAPS}/a`, { preconditions: { uid: "{uid}", resourceVersion: "{rv}" } }),
    status: 200,
    json: { kind: "Status", status: "Success" },
  },
  {
    name: "in the foreground waits for dependents",
    given: [configMap("a")],
    request: remove(`${CONFIG_MAPS}/a`, { propagationPolicy: "Foreground" }),
    status: 200,
    json: { metadata: { finalizers: ["foregroundDeletion"], deletionGracePeriodSeconds: 0 } },
  },
  {
    name: "that orphans waits until it is done",
    given: [configMap("a")],
    request: remove(`${CONFIG_MAPS}/a?propagationPolicy=Orphan`),
    status: 200,
    json: { metadata: { finalizers: ["orphan"] } },
  },
  {
    name: "in the background takes an earlier order back",
    given: [configMap("a")],
    before: [remove(`${CONFIG_MAPS}/a`, { propagationPolicy: "Foreground" })],
    request: remove(`${CONFIG_MAPS}/a`, { propagationPolicy: "Background" }),
    status: 200,
    json: { kind: "Status", status: "Success" },
  },
  {
    name: "of what goes already answers with the object",
    given: [configMap("a", meta({ finalizers: ["example.com/wait"] }))],
    before: [remove(`${CONFIG_MAPS}/a`)],
    request: remove(`${CONFIG_MAPS}/a`),
    status: 200,
    json: { kind: "ConfigMap", metadata: { deletionGracePeriodSeconds: 0 } },
  },
  {
    name: "of a pod on a node leaves it time",
    given: [pod("p", { nodeName: "n" })],
    request: remove(`${PODS}/p`),
    status: 200,
    json: { kind: "Pod", metadata: { deletionGracePeriodSeconds: 30 } },
  },
  {
    name: "of a pod may shorten the time",
    given: [pod("p", { nodeName: "n" })],
    before: [remove(`${PODS}/p`)],
    request: remove(`${PODS}/p`, { gracePeriodSeconds: 5 }),
    status: 200,
    json: { metadata: { deletionGracePeriodSeconds: 5 } },
  },
  {
    name: "of a pod does not lengthen the time",
    given: [pod("p", { nodeName: "n" })],
    before: [remove(`${PODS}/p`, { gracePeriodSeconds: 5 })],
    request: remove(`${PODS}/p`, { gracePeriodSeconds: 60 }),
    status: 200,
    json: { metadata: { deletionGracePeriodSeconds: 5 } },
  },
  {
    name: "of a pod with no time at all is at once",
    given: [pod("p", { nodeName: "n" })],
    before: [remove(`${PODS}/p`, { gracePeriodSeconds: 0 })],
    request: { path: `${PODS}/p` },
    ...failure(404, "NotFound"),
  },
  {
    name: "of a pod without a node is at once",
    given: [pod("p")],
    before: [remove(`${PODS}/p`)],
    request: { path: `${PODS}/p` },
    ...failure(404, "NotFound"),
  },
  {
    name: "of a pod with less than no time leaves it a second",
    given: [pod("p", { nodeName: "n" })],
    request: remove(`${PODS}/p?gracePeriodSeconds=-1`),
    status: 200,
    json: { metadata: { deletionGracePeriodSeconds: 1 } },
  },
  {
    name: "of a job without a policy warns that its pods stay",
    before: [
      post("/apis/batch/v1/namespaces/{ns}/jobs", {
        metadata: { name: "j" },
        spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "x" }] } } },
      }),
    ],
    request: remove("/apis/batch/v1/namespaces/{ns}/jobs/j"),
    status: 200,
    headers: {
      warning:
        '299 - "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning"',
    },
  },
  {
    name: "of the namespace that everybody has is refused",
    request: remove("/api/v1/namespaces/default"),
    ...failure(403, "Forbidden", {
      message: 'namespaces "default" is forbidden: this namespace may not be deleted',
    }),
  },
  {
    name: "of a namespace marks it",
    before: [post("/api/v1/namespaces", { metadata: { name: "{ns}-x" } })],
    request: remove("/api/v1/namespaces/{ns}-x"),
    status: 200,
    json: { kind: "Namespace", status: { phase: "Terminating" }, spec: { finalizers: ["kubernetes"] } },
  },
];
