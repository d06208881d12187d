import { type Call, type Expectation, invalid, PODS, patch, pod, post, put } from "./expectation.ts";

const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const FROZEN =
  "Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

const main = { name: "main", image: "x" };

/** A pod's spec and the one problem that it has. */
const REFUSED: readonly (readonly [name: string, spec: object, field: string, message: string])[] = [
  ["has no containers", { containers: [] }, "spec.containers", "Required value"],
  ["has no image", { containers: [{ name: "main" }] }, "spec.containers[0].image", "Required value"],
  [
    "has an empty image",
    { containers: [{ name: "main", image: "" }] },
    "spec.containers[0].image",
    "Required value",
  ],
  ["has a nameless container", { containers: [{ image: "x" }] }, "spec.containers[0].name", "Required value"],
  [
    "has a container whose name is none",
    { containers: [{ name: "Main", image: "x" }] },
    "spec.containers[0].name",
    `Invalid value: "Main": ${LABEL}`,
  ],
  [
    "has two containers of one name",
    { containers: [main, main] },
    "spec.containers[1].name",
    'Duplicate value: "main"',
  ],
  [
    "has an init container of a container's name",
    { initContainers: [main], containers: [main] },
    "spec.initContainers[0].name",
    'Duplicate value: "main"',
  ],
  [
    "pulls sometimes",
    { containers: [{ ...main, imagePullPolicy: "Sometimes" }] },
    "spec.containers[0].imagePullPolicy",
    'Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"',
  ],
  [
    "restarts sometimes",
    { restartPolicy: "Sometimes" },
    "spec.restartPolicy",
    'Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
  ],
  [
    "finds names nowhere",
    { dnsPolicy: "Nowhere" },
    "spec.dnsPolicy",
    'Unsupported value: "Nowhere": supported values: "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"',
  ],
  [
    "has a port beyond the last",
    { containers: [{ ...main, ports: [{ containerPort: 70_000 }] }] },
    "spec.containers[0].ports[0].containerPort",
    "Invalid value: 70000: must be between 1 and 65535, inclusive",
  ],
  [
    "has a port of no number",
    { containers: [{ ...main, ports: [{ containerPort: 0 }] }] },
    "spec.containers[0].ports[0].containerPort",
    "Required value",
  ],
  [
    "has a port of an unknown protocol",
    { containers: [{ ...main, ports: [{ containerPort: 80, protocol: "ICMP" }] }] },
    "spec.containers[0].ports[0].protocol",
    'Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
  ],
  [
    "has two ports of one name",
    {
      containers: [
        {
          ...main,
          ports: [
            { name: "http", containerPort: 80 },
            { name: "http", containerPort: 81 },
          ],
        },
      ],
    },
    "spec.containers[0].ports[1].name",
    'Duplicate value: "http"',
  ],
  [
    "mounts a volume that it has not",
    { containers: [{ ...main, volumeMounts: [{ name: "data", mountPath: "/data" }] }] },
    "spec.containers[0].volumeMounts[0].name",
    'Not found: "data"',
  ],
  [
    "mounts a volume nowhere",
    {
      volumes: [{ name: "data" }],
      containers: [{ ...main, volumeMounts: [{ name: "data", mountPath: "" }] }],
    },
    "spec.containers[0].volumeMounts[0].mountPath",
    "Required value",
  ],
  [
    "mounts two volumes at one place",
    {
      volumes: [{ name: "data" }],
      containers: [
        {
          ...main,
          volumeMounts: [
            { name: "data", mountPath: "/data" },
            { name: "data", mountPath: "/data" },
          ],
        },
      ],
    },
    "spec.containers[0].volumeMounts[1].mountPath",
    'Invalid value: "/data": must be unique',
  ],
  [
    "has two volumes of one name",
    { volumes: [{ name: "data" }, { name: "data" }] },
    "spec.volumes[1].name",
    'Duplicate value: "data"',
  ],
  [
    "has a volume of two kinds",
    { volumes: [{ name: "data", emptyDir: {}, hostPath: { path: "/data" } }] },
    "spec.volumes[0].hostPath",
    "Forbidden: may not specify more than 1 volume type",
  ],
  [
    "has a nameless variable",
    { containers: [{ ...main, env: [{ name: "", value: "x" }] }] },
    "spec.containers[0].env[0].name",
    "Required value",
  ],
  [
    "has a variable of two values",
    {
      containers: [
        {
          ...main,
          env: [{ name: "A", value: "x", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
        },
      ],
    },
    "spec.containers[0].env[0].valueFrom",
    'Invalid value: "": may not be specified when `value` is not empty',
  ],
  [
    "has a variable from nowhere",
    { containers: [{ ...main, env: [{ name: "A", valueFrom: {} }] }] },
    "spec.containers[0].env[0].valueFrom",
    'Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
  ],
  [
    "asks for more than its limit",
    { containers: [{ ...main, resources: { requests: { cpu: "2" }, limits: { cpu: "1" } } }] },
    "spec.containers[0].resources.requests",
    'Invalid value: "2": must be less than or equal to cpu limit of 1',
  ],
  [
    "asks for less than nothing",
    { containers: [{ ...main, resources: { requests: { cpu: "-1" } } }] },
    "spec.containers[0].resources.requests[cpu]",
    'Invalid value: "-1": must be greater than or equal to 0',
  ],
  [
    "asks for a device without a limit",
    { containers: [{ ...main, resources: { requests: { "example.com/gpu": "1" } } }] },
    "spec.containers[0].resources.limits",
    "Required value: Limit must be set for non overcommitable resources",
  ],
  [
    "ends before it begins",
    { activeDeadlineSeconds: 0 },
    "spec.activeDeadlineSeconds",
    "Invalid value: 0: must be between 1 and 2147483647, inclusive",
  ],
  [
    "is looked at in no way",
    { containers: [{ ...main, livenessProbe: {} }] },
    "spec.containers[0].livenessProbe",
    "Required value: must specify a handler type",
  ],
  [
    "is looked at in two ways",
    {
      containers: [{ ...main, readinessProbe: { exec: { command: ["true"] }, tcpSocket: { port: 80 } } }],
    },
    "spec.containers[0].readinessProbe.tcpSocket",
    "Forbidden: may not specify more than 1 handler type",
  ],
  [
    "lives after two successes",
    { containers: [{ ...main, livenessProbe: { exec: { command: ["true"] }, successThreshold: 2 } }] },
    "spec.containers[0].livenessProbe.successThreshold",
    "Invalid value: 2: must be 1",
  ],
  [
    "tolerates in an unknown way",
    { tolerations: [{ key: "a", operator: "Perhaps" }] },
    "spec.tolerations[0].operator",
    'Unsupported value: "Perhaps": supported values: "Equal", "Exists"',
  ],
  [
    "has a host name that is none",
    { hostname: "Not_A_Host" },
    "spec.hostname",
    `Invalid value: "Not_A_Host": ${LABEL}`,
  ],
  [
    "chooses its nodes by a label value that is none",
    { nodeSelector: { disk: "no spaces" } },
    "spec.nodeSelector",
    "Invalid value: \"no spaces\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
  ],
];

const change = (spec: object): Call => patch(`${PODS}/p`, "merge", { spec });

export const POD_RULES: readonly Expectation[] = [
  {
    name: "asks for no part of a device",
    request: post(
      PODS,
      pod("p", { containers: [{ ...main, resources: { limits: { "example.com/gpu": "500m" } } }] }),
    ),
    status: 422,
    json: {
      details: {
        causes: ["limits", "requests"].map((list) => ({
          reason: "FieldValueInvalid",
          field: `spec.containers[0].resources.${list}[example.com/gpu]`,
          message: 'Invalid value: "500m": must be an integer',
        })),
      },
    },
  },
  ...REFUSED.map(([name, spec, field, message]) => ({
    name: `is refused that ${name}`,
    request: post(PODS, pod("p", spec)),
    ...invalid("Pod", "p", [field, message]),
  })),
  {
    name: "names a class of priority that there is",
    request: post(PODS, pod("p", { priorityClassName: "gold" })),
    status: 403,
    json: {
      reason: "Forbidden",
      message: 'pods "p" is forbidden: no PriorityClass with name gold was found',
    },
  },
  {
    name: "has the priority of its class and no other",
    request: post(PODS, pod("p", { priorityClassName: "system-node-critical", priority: 7 })),
    status: 403,
    json: {
      reason: "Forbidden",
      message:
        'pods "p" is forbidden: the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 2000001000 from the given PriorityClass name',
    },
  },
  {
    name: "may be of a class of the system",
    request: post(PODS, pod("p", { priorityClassName: "system-cluster-critical" })),
    status: 201,
    json: { spec: { priority: 2_000_000_000, preemptionPolicy: "PreemptLowerPriority" } },
  },
  {
    name: "with gates says from the start that nobody looks for a node",
    request: post(PODS, pod("p", { schedulingGates: [{ name: "example.com/a" }] })),
    status: 201,
    json: {
      status: {
        conditions: [
          {
            type: "PodScheduled",
            status: "False",
            reason: "SchedulingGated",
            message: "Scheduling is blocked due to non-empty scheduling gates",
          },
        ],
      },
    },
  },
  {
    name: "gets what Kubernetes fills in",
    request: post(PODS, pod("p")),
    status: 201,
    json: {
      spec: {
        restartPolicy: "Always",
        dnsPolicy: "ClusterFirst",
        schedulerName: "default-scheduler",
        terminationGracePeriodSeconds: 30,
        enableServiceLinks: true,
        preemptionPolicy: "PreemptLowerPriority",
        priority: 0,
        securityContext: {},
        serviceAccount: "default",
        serviceAccountName: "default",
        tolerations: [
          {
            key: "node.kubernetes.io/not-ready",
            operator: "Exists",
            effect: "NoExecute",
            tolerationSeconds: 300,
          },
          {
            key: "node.kubernetes.io/unreachable",
            operator: "Exists",
            effect: "NoExecute",
            tolerationSeconds: 300,
          },
        ],
        containers: [
          {
            imagePullPolicy: "IfNotPresent",
            terminationMessagePath: "/dev/termination-log",
            terminationMessagePolicy: "File",
            resources: {},
            volumeMounts: [{ mountPath: "/var/run/secrets/kubernetes.io/serviceaccount", readOnly: true }],
          },
        ],
      },
      status: { phase: "Pending", qosClass: "BestEffort" },
    },
  },
  {
    name: "pulls an image without a tag each time",
    request: post(PODS, pod("p", { containers: [main] })),
    status: 201,
    json: { spec: { containers: [{ imagePullPolicy: "Always" }] } },
  },
  {
    name: "asks for what it is limited to",
    request: post(
      PODS,
      pod("p", { containers: [{ ...main, resources: { limits: { cpu: "1", memory: "1Gi" } } }] }),
    ),
    status: 201,
    json: {
      spec: { containers: [{ resources: { requests: { cpu: "1", memory: "1Gi" } } }] },
      status: { qosClass: "Guaranteed" },
    },
  },
  {
    name: "is burstable when it asks for less than its limit",
    request: post(PODS, pod("p", { containers: [{ ...main, resources: { requests: { cpu: "1" } } }] })),
    status: 201,
    json: { status: { qosClass: "Burstable" } },
  },
  {
    name: "fills its probes in",
    request: post(PODS, pod("p", { containers: [{ ...main, livenessProbe: { httpGet: { port: 80 } } }] })),
    status: 201,
    json: {
      spec: {
        containers: [
          {
            livenessProbe: {
              failureThreshold: 3,
              periodSeconds: 10,
              successThreshold: 1,
              timeoutSeconds: 1,
              httpGet: { path: "/", scheme: "HTTP" },
            },
          },
        ],
      },
    },
  },
  {
    name: "may get another image",
    given: [pod("p")],
    request: patch(`${PODS}/p`, "strategic", {
      spec: { containers: [{ name: "main", image: "example/app:2" }] },
    }),
    status: 200,
    json: { spec: { containers: [{ image: "example/app:2" }] }, metadata: { generation: 2 } },
  },
  {
    name: "may get no container more",
    given: [pod("p")],
    request: patch(`${PODS}/p`, "strategic", { spec: { containers: [{ name: "more", image: "x" }] } }),
    ...invalid("Pod", "p", ["spec.containers", "Forbidden: pod updates may not add or remove containers"]),
  },
  {
    name: "keeps its command",
    given: [pod("p")],
    request: patch(`${PODS}/p`, "strategic", { spec: { containers: [{ name: "main", command: ["sh"] }] } }),
    status: 422,
    json: { details: { causes: [{ reason: "FieldValueForbidden", field: "spec" }] } },
    text: FROZEN,
  },
  {
    name: "keeps its node",
    given: [pod("p", { nodeName: "n" })],
    request: change({ nodeName: "other" }),
    status: 422,
    json: { details: { causes: [{ reason: "FieldValueForbidden", field: "spec" }] } },
  },
  {
    name: "may get a deadline",
    given: [pod("p")],
    request: change({ activeDeadlineSeconds: 60 }),
    status: 200,
    json: { spec: { activeDeadlineSeconds: 60 } },
  },
  {
    name: "may get a nearer deadline and no later one",
    given: [pod("p", { activeDeadlineSeconds: 60 })],
    request: change({ activeDeadlineSeconds: 90 }),
    ...invalid("Pod", "p", [
      "spec.activeDeadlineSeconds",
      "Invalid value: 90: must be less than or equal to previous value",
    ]),
  },
  {
    name: "does not lose its deadline",
    given: [pod("p", { activeDeadlineSeconds: 60 })],
    request: change({ activeDeadlineSeconds: null }),
    ...invalid("Pod", "p", [
      "spec.activeDeadlineSeconds",
      "Invalid value: null: must not update from a positive integer to nil value",
    ]),
  },
  {
    name: "keeps what it tolerates",
    given: [pod("p")],
    request: change({ tolerations: [] }),
    status: 422,
    json: { details: { causes: [{ reason: "FieldValueForbidden", field: "spec.tolerations" }] } },
    text: "existing toleration can not be modified except its tolerationSeconds",
  },
  {
    name: "has gates that may only go",
    given: [pod("p", { schedulingGates: [{ name: "example.com/a" }] })],
    request: change({ schedulingGates: [] }),
    status: 200,
    absent: ["spec.schedulingGates.0"],
  },
  {
    name: "gets no gate once it is there",
    given: [pod("p")],
    request: change({ schedulingGates: [{ name: "example.com/a" }] }),
    status: 422,
    json: {
      details: {
        causes: [
          {
            reason: "FieldValueForbidden",
            field: "spec.schedulingGates",
            message: "Forbidden: only deletion is allowed, but found new scheduling gate 'example.com/a'",
          },
        ],
      },
    },
  },
  {
    name: "of a PUT without a status keeps its status",
    given: [pod("p")],
    request: put(`${PODS}/p`, { ...pod("p"), metadata: { name: "p", labels: { a: "b" } } }),
    status: 422,
    json: { reason: "Invalid" },
  },
];
