import {
  DEPLOYMENTS,
  deployment,
  type Expectation,
  failure,
  invalid,
  patch,
  pod,
  post,
} from "./expectation.ts";

const template = (spec: object): object => ({ metadata: { labels: { app: "web" } }, spec });
const main = { name: "main", image: "example/app:1" };

/** A deployment's spec and the one problem that it has. */
const DEPLOYMENTS_REFUSED: readonly (readonly [
  name: string,
  spec: object,
  field: string,
  message: string,
])[] = [
  [
    "wants less than nothing",
    { replicas: -1 },
    "spec.replicas",
    "Invalid value: -1: must be greater than or equal to 0",
  ],
  [
    "does not restart its pods",
    { template: template({ restartPolicy: "Never", containers: [main] }) },
    "spec.template.spec.restartPolicy",
    'Unsupported value: "Never": supported values: "Always"',
  ],
  [
    "gives its pods a deadline",
    { template: template({ activeDeadlineSeconds: 5, containers: [main] }) },
    "spec.template.spec.activeDeadlineSeconds",
    "Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported",
  ],
  [
    "has a template without containers",
    { template: template({ containers: [] }) },
    "spec.template.spec.containers",
    "Required value",
  ],
  [
    "rolls although it recreates",
    { strategy: { type: "Recreate", rollingUpdate: { maxSurge: 1 } } },
    "spec.strategy.rollingUpdate",
    "Forbidden: may not be specified when strategy `type` is 'Recreate'",
  ],
  [
    "gives up before it is ready",
    { progressDeadlineSeconds: 5, minReadySeconds: 10 },
    "spec.progressDeadlineSeconds",
    "Invalid value: 5: must be greater than minReadySeconds",
  ],
  [
    "remembers less than nothing",
    { revisionHistoryLimit: -1 },
    "spec.revisionHistoryLimit",
    "Invalid value: -1: must be greater than or equal to 0",
  ],
];

const JOBS = "/apis/batch/v1/namespaces/{ns}/jobs";
const jobTemplate = { spec: { restartPolicy: "Never", containers: [main] } };
const job = (spec: object = {}): object => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "j" },
  spec: { template: jobTemplate, ...spec },
});

const INDEXED = { completionMode: "Indexed", completions: 3 };
const EXIT_CODE = { onExitCodes: { operator: "In", values: [3] } };

const JOB_REFUSALS: readonly (readonly [name: string, spec: object, field: string, message: string])[] = [
  [
    "limits failures by index only if it has indexes",
    { backoffLimitPerIndex: 1 },
    "spec.backoffLimitPerIndex",
    "Invalid value: 1: requires indexed completion mode",
  ],
  [
    "limits lost indexes only if an index can be lost",
    { ...INDEXED, maxFailedIndexes: 1 },
    "spec.backoffLimitPerIndex",
    "Required value: when maxFailedIndexes is specified",
  ],
  [
    "loses no more indexes than it has",
    { ...INDEXED, backoffLimitPerIndex: 1, maxFailedIndexes: 4 },
    "spec.maxFailedIndexes",
    "Invalid value: 4: must be less than or equal to completions",
  ],
  [
    "says by which rule it is a success",
    { ...INDEXED, successPolicy: { rules: [{}] } },
    "spec.successPolicy.rules[0]",
    "Required value: at least one of succeededCount or succeededIndexes must be specified",
  ],
  [
    "waits for failures that its policy judges",
    {
      podReplacementPolicy: "TerminatingOrFailed",
      podFailurePolicy: { rules: [{ action: "FailJob", ...EXIT_CODE }] },
    },
    "spec.podReplacementPolicy",
    'Unsupported value: "TerminatingOrFailed": supported values: "Failed"',
  ],
  [
    "fails an index only if indexes have limits",
    { podFailurePolicy: { rules: [{ action: "FailIndex", ...EXIT_CODE }] } },
    "spec.podFailurePolicy.rules[0].action",
    'Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
  ],
  [
    "has no negative counts",
    { parallelism: -1 },
    "spec.parallelism",
    "Invalid value: -1: must be greater than or equal to 0",
  ],
];

const CLAIMS = "/api/v1/namespaces/{ns}/persistentvolumeclaims";
const replicated = {
  metadata: { labels: { app: "r" } },
  spec: { containers: [{ name: "main", image: "example/app:1" }] },
};

export const WORKLOAD_RULES: readonly Expectation[] = [
  ...DEPLOYMENTS_REFUSED.map(([name, spec, field, message]) => ({
    name: `is refused that ${name}`,
    request: post(DEPLOYMENTS, deployment("web", spec)),
    ...invalid("Deployment.apps", "web", [field, message]),
  })),
  {
    name: "is refused that cannot move",
    request: post(
      DEPLOYMENTS,
      deployment("web", { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
    ),
    ...failure(422, "Invalid", {
      details: {
        causes: [{ reason: "FieldValueInvalid", field: "spec.strategy.rollingUpdate.maxUnavailable" }],
      },
    }),
    text: "may not be 0 when `maxSurge` is 0",
  },
  {
    name: "keeps its selector",
    given: [deployment("web")],
    request: patch(`${DEPLOYMENTS}/web`, "merge", {
      spec: {
        selector: { matchLabels: { app: "other" } },
        template: { metadata: { labels: { app: "other" } } },
      },
    }),
    ...failure(422, "Invalid", {
      details: { causes: [{ reason: "FieldValueInvalid", field: "spec.selector" }] },
    }),
  },
  {
    name: "of a Deployment gets what Kubernetes fills in",
    request: post(DEPLOYMENTS, deployment("web")),
    status: 201,
    json: {
      spec: {
        replicas: 1,
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" } },
        template: { spec: { restartPolicy: "Always", dnsPolicy: "ClusterFirst" } },
      },
    },
  },
  {
    name: "of a Job does not restart always",
    request: post(JOBS, job({ template: { spec: { restartPolicy: "Always", containers: [main] } } })),
    ...invalid("Job.batch", "j", [
      "spec.template.spec.restartPolicy",
      'Required value: valid values: "OnFailure", "Never"',
    ]),
  },
  {
    name: "of a Job by index says how many",
    request: post(JOBS, job({ completionMode: "Indexed", parallelism: 1 })),
    ...invalid("Job.batch", "j", ["spec.completions", "Required value: when completion mode is Indexed"]),
  },
  {
    name: "of a Job keeps its template",
    given: [job()],
    request: patch(`${JOBS}/j`, "strategic", {
      spec: { template: { spec: { containers: [{ name: "main", image: "other" }] } } },
    }),
    ...failure(422, "Invalid", {
      details: { causes: [{ reason: "FieldValueInvalid", field: "spec.template" }] },
    }),
  },
  {
    name: "of a Job keeps its completions",
    given: [job()],
    request: patch(`${JOBS}/j`, "merge", { spec: { completions: 3 } }),
    ...invalid("Job.batch", "j", ["spec.completions", "Invalid value: 3: field is immutable"]),
  },
  {
    name: "of a Job finds its pods by its uid",
    request: post(JOBS, job()),
    status: 201,
    json: {
      spec: {
        parallelism: 1,
        completions: 1,
        backoffLimit: 6,
        completionMode: "NonIndexed",
        suspend: false,
        podReplacementPolicy: "TerminatingOrFailed",
        template: { metadata: { labels: { "job-name": "j", "batch.kubernetes.io/job-name": "j" } } },
      },
    },
  },
  {
    name: "of a StatefulSet keeps most of its spec",
    given: [
      {
        apiVersion: "apps/v1",
        kind: "StatefulSet",
        metadata: { name: "db" },
        spec: {
          serviceName: "db",
          selector: { matchLabels: { app: "web" } },
          template: template({ containers: [main] }),
        },
      },
    ],
    request: patch("/apis/apps/v1/namespaces/{ns}/statefulsets/db", "merge", {
      spec: { serviceName: "other" },
    }),
    ...invalid("StatefulSet.apps", "db", [
      "spec",
      "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ]),
  },
  {
    name: "of a StatefulSet mounts the claims that it makes for each pod",
    request: post("/apis/apps/v1/namespaces/{ns}/statefulsets", {
      metadata: { name: "claims" },
      spec: {
        serviceName: "claims",
        selector: { matchLabels: { app: "web" } },
        template: template({
          containers: [{ ...main, volumeMounts: [{ name: "data", mountPath: "/data" }] }],
        }),
        volumeClaimTemplates: [
          {
            metadata: { name: "data" },
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
          },
        ],
      },
    }),
    status: 201,
    json: { metadata: { name: "claims" } },
  },
  {
    name: "of a CronJob has a schedule",
    request: post("/apis/batch/v1/namespaces/{ns}/cronjobs", {
      metadata: { name: "c" },
      spec: { schedule: "often", jobTemplate: { spec: { template: jobTemplate } } },
    }),
    ...invalid("CronJob.batch", "c", [
      "spec.schedule",
      'Invalid value: "often": expected exactly 5 fields, found 1: [often]',
    ]),
  },
  {
    name: "of a CronJob overlaps in three ways",
    request: post("/apis/batch/v1/namespaces/{ns}/cronjobs", {
      metadata: { name: "c" },
      spec: {
        schedule: "* * * * *",
        concurrencyPolicy: "Maybe",
        jobTemplate: { spec: { template: jobTemplate } },
      },
    }),
    ...invalid("CronJob.batch", "c", [
      "spec.concurrencyPolicy",
      'Unsupported value: "Maybe": supported values: "Allow", "Forbid", "Replace"',
    ]),
  },
  {
    name: "of an autoscaler has a maximum",
    request: post("/apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers", {
      metadata: { name: "h" },
      spec: { scaleTargetRef: { kind: "Deployment", name: "web" }, maxReplicas: 0 },
    }),
    ...failure(422, "Invalid", {
      message:
        'HorizontalPodAutoscaler.autoscaling "h" is invalid: [spec.maxReplicas: Invalid value: 0: must be greater than 0, spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`]',
    }),
  },
  {
    name: "of an autoscaler scales something",
    request: post("/apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers", {
      metadata: { name: "h" },
      spec: { scaleTargetRef: { kind: "Deployment", name: "" }, maxReplicas: 3 },
    }),
    ...invalid("HorizontalPodAutoscaler.autoscaling", "h", ["spec.scaleTargetRef.name", "Required value"]),
  },
  {
    name: "of a budget says one number",
    request: post("/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets", {
      metadata: { name: "b" },
      spec: { minAvailable: 1, maxUnavailable: 1, selector: {} },
    }),
    ...failure(422, "Invalid", { details: { causes: [{ reason: "FieldValueInvalid", field: "spec" }] } }),
    text: "minAvailable and maxUnavailable cannot be both set",
  },
  {
    name: "of a claim says how it is opened",
    request: post("/api/v1/namespaces/{ns}/persistentvolumeclaims", {
      metadata: { name: "c" },
      spec: { accessModes: [], resources: { requests: { storage: "1Gi" } } },
    }),
    ...invalid("PersistentVolumeClaim", "c", [
      "spec.accessModes",
      "Required value: at least 1 access mode is required",
    ]),
  },
  {
    name: "of a claim says how much it wants",
    request: post("/api/v1/namespaces/{ns}/persistentvolumeclaims", {
      metadata: { name: "c" },
      spec: { accessModes: ["ReadWriteOnce"], resources: {} },
    }),
    ...invalid("PersistentVolumeClaim", "c", ["spec.resources[storage]", "Required value"]),
  },
  {
    name: "of an ingress leads somewhere",
    request: post("/apis/networking.k8s.io/v1/namespaces/{ns}/ingresses", {
      metadata: { name: "i" },
      spec: {},
    }),
    ...failure(422, "Invalid", { details: { causes: [{ reason: "FieldValueInvalid", field: "spec" }] } }),
    text: "either `defaultBackend` or `rules` must be specified",
  },
  ...JOB_REFUSALS.map(([name, spec, field, message]) => ({
    name: `of a job ${name}`,
    request: post(JOBS, job(spec)),
    ...invalid("Job.batch", "j", [field, message]),
  })),
  {
    name: "of a class of priority keeps its value",
    before: [post("/apis/scheduling.k8s.io/v1/priorityclasses", { metadata: { name: "{ns}" }, value: 5 })],
    request: patch("/apis/scheduling.k8s.io/v1/priorityclasses/{ns}", "merge", { value: 6 }),
    ...failure(422, "Invalid", {
      details: {
        causes: [
          {
            reason: "FieldValueForbidden",
            field: "value",
            message: "Forbidden: may not be changed in an update.",
          },
        ],
      },
    }),
  },
  {
    name: "of a class of priority is not above the system's",
    request: post("/apis/scheduling.k8s.io/v1/priorityclasses", {
      metadata: { name: "{ns}" },
      value: 1_000_000_001,
    }),
    ...failure(422, "Invalid", {
      details: {
        causes: [
          {
            field: "value",
            message: "Forbidden: maximum allowed value of a user defined priority is 1000000000",
          },
        ],
      },
    }),
  },
  {
    name: "of a class of priority is not named as the system's are",
    request: post("/apis/scheduling.k8s.io/v1/priorityclasses", {
      metadata: { name: "system-mine" },
      value: 1,
    }),
    ...failure(422, "Invalid", { details: { kind: "PriorityClass" } }),
    text: "priority class names with 'system-' prefix are reserved for system use only. error: system-mine is not a known system priority class",
  },
  {
    name: "of a class of priority keeps its policy",
    before: [post("/apis/scheduling.k8s.io/v1/priorityclasses", { metadata: { name: "{ns}" }, value: 5 })],
    request: patch("/apis/scheduling.k8s.io/v1/priorityclasses/{ns}", "merge", { preemptionPolicy: "Never" }),
    ...failure(422, "Invalid", {
      details: {
        causes: [{ field: "preemptionPolicy", message: 'Invalid value: "Never": field is immutable' }],
      },
    }),
  },
  {
    name: "of a lease lasts",
    request: post("/apis/coordination.k8s.io/v1/namespaces/{ns}/leases", {
      metadata: { name: "l" },
      spec: { leaseDurationSeconds: 0 },
    }),
    ...invalid("Lease.coordination.k8s.io", "l", [
      "spec.leaseDurationSeconds",
      "Invalid value: 0: must be greater than 0",
    ]),
  },
  {
    name: "of a template of no kind is refused",
    request: post(DEPLOYMENTS, { ...deployment("web"), spec: {} }),
    ...failure(422, "Invalid", { details: { kind: "Deployment", group: "apps" } }),
  },
  {
    name: "of a pod is not for a template's place",
    request: post(DEPLOYMENTS, pod("web")),
    ...failure(400, "BadRequest", {
      message: "the API version in the data (v1) does not match the expected API version (apps/v1)",
    }),
  },
  {
    name: "of a replication controller takes labels and selector from its template",
    request: post("/api/v1/namespaces/{ns}/replicationcontrollers", {
      metadata: { name: "r" },
      spec: { template: replicated },
    }),
    status: 201,
    json: {
      metadata: { labels: { app: "r" }, generation: 1 },
      spec: { replicas: 1, selector: { app: "r" }, template: { spec: { restartPolicy: "Always" } } },
    },
  },
  {
    name: "of a replication controller selects what its template makes",
    request: post("/api/v1/namespaces/{ns}/replicationcontrollers", {
      metadata: { name: "r" },
      spec: { selector: { app: "other" }, template: replicated },
    }),
    ...invalid("ReplicationController", "r", [
      "spec.template.metadata.labels",
      'Invalid value: {"app":"r"}: `selector` does not match template `labels`',
    ]),
  },
  {
    name: "of a claim does not shrink below what the claim has",
    given: [
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: "c" },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "2Gi" } } },
      },
    ],
    before: [
      patch(`${CLAIMS}/c/status`, "merge", { status: { phase: "Bound", capacity: { storage: "2Gi" } } }),
    ],
    request: patch(`${CLAIMS}/c`, "merge", { spec: { resources: { requests: { storage: "1Gi" } } } }),
    ...invalid("PersistentVolumeClaim", "c", [
      "spec.resources.requests.storage",
      "Forbidden: field can not be less than status.capacity",
    ]),
  },
];
