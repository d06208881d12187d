import { type Expectation, invalid, PODS, pod, post, SERVICES, service } from "./expectation.ts";

const main = { name: "main", image: "x" };
const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const TERMS = `spec.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms`;

const container = (more: object) => ({ containers: [{ ...main, ...more }] });
const affinity = (nodeSelectorTerms: readonly object[]) => ({
  affinity: { nodeAffinity: { [REQUIRED]: { nodeSelectorTerms } } },
});

type Refused = readonly (readonly [name: string, spec: object, field: string, message: string])[];

/** A pod's spec and the one problem that it has. */
const REFUSED_PODS: Refused = [
  [
    "names a port with a capital",
    container({ ports: [{ containerPort: 80, name: "Http" }] }),
    "spec.containers[0].ports[0].name",
    'Invalid value: "Http": must contain only alphanumeric characters (a-z, 0-9), and hyphens (-)',
  ],
  [
    "names a port at length",
    container({ ports: [{ containerPort: 80, name: "a-very-long-name" }] }),
    "spec.containers[0].ports[0].name",
    'Invalid value: "a-very-long-name": must be no more than 15 characters',
  ],
  [
    "has an image with white space around it",
    container({ image: " x" }),
    "spec.containers[0].image",
    'Invalid value: " x": must not have leading or trailing whitespace',
  ],
  [
    "has a variable with an equals sign in its name",
    container({ env: [{ name: "a=b" }] }),
    "spec.containers[0].env[0].name",
    "Invalid value: \"a=b\": a valid environment variable name must consist only of printable ASCII characters other than '='",
  ],
  [
    "leaves its volume",
    {
      ...container({ volumeMounts: [{ name: "v", mountPath: "/a", subPath: "../b" }] }),
      volumes: [{ name: "v", emptyDir: {} }],
    },
    "spec.containers[0].volumeMounts[0].subPath",
    "Invalid value: \"../b\": must not contain '..'",
  ],
  [
    "maps a port of the host's network",
    { hostNetwork: true, ...container({ ports: [{ containerPort: 80, hostPort: 81 }] }) },
    "spec.containers[0].ports[0].containerPort",
    "Invalid value: 80: must match `hostPort` when `hostNetwork` is true",
  ],
  [
    "has no names at all",
    { dnsPolicy: "None" },
    "spec.dnsConfig",
    "Required value: must provide `dnsConfig` when `dnsPolicy` is None",
  ],
  [
    "tolerates a value that exists",
    { tolerations: [{ key: "a", operator: "Exists", value: "b" }] },
    "spec.tolerations[0].operator",
    'Invalid value: {"key":"a","operator":"Exists","value":"b"}: value must be empty when `operator` is \'Exists\'',
  ],
  [
    "tolerates nothing by name",
    { tolerations: [{ operator: "Equal" }] },
    "spec.tolerations[0].operator",
    'Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
  ],
  [
    "tolerates an effect that is none",
    { tolerations: [{ key: "a", operator: "Exists", effect: "Never" }] },
    "spec.tolerations[0].effect",
    'Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
  ],
  [
    "tolerates for a time what evicts nobody",
    { tolerations: [{ key: "a", operator: "Exists", effect: "NoSchedule", tolerationSeconds: 1 }] },
    "spec.tolerations[0].effect",
    "Invalid value: \"NoSchedule\": effect must be 'NoExecute' when `tolerationSeconds` is set",
  ],
  [
    "spreads without a skew",
    { topologySpreadConstraints: [{ maxSkew: 0, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule" }] },
    "spec.topologySpreadConstraints[0].maxSkew",
    "Invalid value: 0: must be greater than zero",
  ],
  [
    "wants a node of no term",
    affinity([]),
    TERMS,
    "Required value: must have at least one node selector term",
  ],
  [
    "wants a node of no value",
    affinity([{ matchExpressions: [{ key: "a", operator: "In" }] }]),
    `${TERMS}[0].matchExpressions[0].values`,
    "Required value: must be specified when `operator` is 'In' or 'NotIn'",
  ],
];

/** A service's spec and the one problem that it has. */
const REFUSED_SERVICES: Refused = [
  [
    "names a port in capitals",
    { ports: [{ port: 80, name: "HTTP" }] },
    "spec.ports[0].name",
    `Invalid value: "HTTP": ${LABEL}`,
  ],
  [
    "leads to a port beyond the last",
    { ports: [{ port: 80, targetPort: 70_000 }] },
    "spec.ports[0].targetPort",
    "Invalid value: 70000: must be between 1 and 65535, inclusive",
  ],
  [
    "leads to a name that no port has",
    { ports: [{ port: 80, targetPort: "-web" }] },
    "spec.ports[0].targetPort",
    'Invalid value: "-web": must not begin or end with a hyphen',
  ],
];

export const PLACEMENT_RULES: readonly Expectation[] = [
  ...REFUSED_PODS.map(([name, spec, field, message]) => ({
    name: `is refused, a pod that ${name}`,
    request: post(PODS, pod("p", spec)),
    ...invalid("Pod", "p", [field, message]),
  })),
  ...REFUSED_SERVICES.map(([name, spec, field, message]) => ({
    name: `is refused, a service that ${name}`,
    request: post(SERVICES, service("s", spec)),
    ...invalid("Service", "s", [field, message]),
  })),
  {
    name: "is refused, a pod that asks for what is no resource",
    request: post(PODS, pod("p", container({ resources: { requests: { gpu: 1 } } }))),
    ...invalid(
      "Pod",
      "p",
      [
        "spec.containers[0].resources.requests[gpu]",
        'Invalid value: "gpu": must be a standard resource type or fully qualified',
      ],
      [
        "spec.containers[0].resources.requests[gpu]",
        'Invalid value: "gpu": must be a standard resource for containers',
      ],
    ),
  },
];
