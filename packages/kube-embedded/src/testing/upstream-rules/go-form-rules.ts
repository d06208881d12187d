import {
  CONFIG_MAPS,
  configMap,
  DEPLOYMENTS,
  deployment,
  type Expectation,
  invalid,
  PODS,
  patch,
  pod,
  post,
  SECRETS,
  SERVICES,
  service,
  WIDGETS,
  widget,
} from "./expectation.ts";

const main = (more: object) => ({ containers: [{ name: "main", image: "example/app:1", ...more }] });
const resources = (more: object) => post(PODS, pod("a", main({ resources: more })));

/** How Kubernetes' own types hold what they are given, and therefore answer it. */
export const GO_FORM_RULES: readonly Expectation[] = [
  {
    name: "may write amounts as numbers",
    request: resources({ limits: { cpu: 0.5, memory: 1_000_000_000 } }),
    status: 201,
    json: { spec: { containers: [{ resources: { limits: { cpu: "500m", memory: "1G" } } }] } },
  },
  {
    name: "keeps amounts in their canonical form",
    request: resources({ requests: { cpu: "1000m", memory: "1024Mi", "ephemeral-storage": "1.5Gi" } }),
    status: 201,
    json: {
      spec: {
        containers: [{ resources: { requests: { cpu: "1", memory: "1Gi", "ephemeral-storage": "1536Mi" } } }],
      },
    },
  },
  {
    name: "rounds amounts up to thousandths",
    request: resources({ requests: { cpu: "0.0001" } }),
    status: 201,
    json: { spec: { containers: [{ resources: { requests: { cpu: "1m" } } }] } },
  },
  {
    name: "fills empty texts with defaults, as it fills absent ones",
    request: post(
      PODS,
      pod("a", {
        restartPolicy: "",
        dnsPolicy: "",
        ...main({ imagePullPolicy: "", ports: [{ containerPort: 80, protocol: "" }] }),
      }),
    ),
    status: 201,
    json: {
      spec: {
        restartPolicy: "Always",
        dnsPolicy: "ClusterFirst",
        containers: [{ imagePullPolicy: "IfNotPresent", ports: [{ protocol: "TCP" }] }],
      },
    },
  },
  {
    name: "still demands what may not be empty",
    request: post(PODS, pod("a", main({ image: "" }))),
    ...invalid("Pod", "a", ["spec.containers[0].image", "Required value"]),
  },
  {
    name: "takes a zero for absent where it means nothing else",
    request: post(PODS, pod("a", main({ readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 0 } }))),
    status: 201,
    json: { spec: { containers: [{ readinessProbe: { periodSeconds: 10 } }] } },
    absent: ["spec.containers.0.readinessProbe.initialDelaySeconds"],
  },
  {
    name: "keeps a zero that was set on purpose",
    request: post(DEPLOYMENTS, deployment("a", { replicas: 0, minReadySeconds: 0, paused: false })),
    status: 201,
    json: { spec: { replicas: 0 } },
    absent: ["spec.minReadySeconds", "spec.paused"],
  },
  {
    name: "leaves out lists and maps that are empty, and keeps empty structs",
    request: post(
      PODS,
      pod("a", {
        nodeSelector: {},
        volumes: [{ name: "v", emptyDir: {} }],
        affinity: {},
        hostAliases: [],
        ...main({ args: [], resources: { limits: {} } }),
      }),
    ),
    status: 201,
    json: { spec: { affinity: {}, volumes: [{ name: "v", emptyDir: {} }, {}] } },
    absent: [
      "spec.nodeSelector",
      "spec.hostAliases",
      "spec.containers.0.args",
      "spec.containers.0.resources.limits",
    ],
  },
  {
    name: "leaves out empty data, labels, finalizers and owners",
    request: post(CONFIG_MAPS, {
      ...configMap("a"),
      metadata: { name: "a", labels: {}, annotations: {}, finalizers: [], ownerReferences: [] },
      data: {},
    }),
    status: 201,
    absent: [
      "data",
      "metadata.labels",
      "metadata.annotations",
      "metadata.finalizers",
      "metadata.ownerReferences",
    ],
  },
  {
    name: "leaves out empty metadata of custom objects, but nothing of their own",
    request: post(WIDGETS, { ...widget("a"), metadata: { name: "a", labels: {}, finalizers: [] } }),
    status: 201,
    absent: ["metadata.labels", "metadata.finalizers"],
  },
  {
    name: "has an opaque secret where no type is said",
    request: post(SECRETS, { apiVersion: "v1", kind: "Secret", metadata: { name: "a" }, type: "" }),
    status: 201,
    json: { type: "Opaque" },
  },
  {
    name: "has a service of a default type where the texts are empty",
    request: post(
      SERVICES,
      service("a", { type: "", sessionAffinity: "", ports: [{ port: 80, targetPort: 0 }] }),
    ),
    status: 201,
    json: {
      spec: { type: "ClusterIP", sessionAffinity: "None", ports: [{ targetPort: 80, protocol: "TCP" }] },
    },
  },
  {
    name: "has no finalizers after a strategic merge took the last",
    given: [{ ...configMap("a"), metadata: { name: "a", finalizers: ["example.com/hold"] } }],
    request: patch(`${CONFIG_MAPS}/a`, "strategic", {
      metadata: { "$deleteFromPrimitiveList/finalizers": ["example.com/hold"] },
    }),
    status: 200,
    absent: ["metadata.finalizers"],
  },
  {
    name: "has no annotations after a merge took the last",
    given: [{ ...configMap("a"), metadata: { name: "a", annotations: { note: "1" } } }],
    request: patch(`${CONFIG_MAPS}/a`, "merge", { metadata: { annotations: { note: null } } }),
    status: 200,
    absent: ["metadata.annotations"],
  },
  {
    name: "is not changed by another way of writing it",
    given: [
      deployment("a", {
        template: { metadata: { labels: { app: "a" } }, spec: main({ resources: { limits: { cpu: "1" } } }) },
      }),
    ],
    request: patch(`${DEPLOYMENTS}/a`, "strategic", {
      spec: {
        minReadySeconds: 0,
        template: {
          spec: {
            nodeSelector: {},
            containers: [{ name: "main", args: [], resources: { limits: { cpu: "1000m" } } }],
          },
        },
      },
    }),
    status: 200,
    json: { metadata: { resourceVersion: "{rv}", generation: 1 } },
  },
];
