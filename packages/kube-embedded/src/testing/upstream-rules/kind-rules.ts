import {
  type Call,
  CONFIG_MAPS,
  configMap,
  type Expectation,
  failure,
  invalid,
  patch,
  post,
  put,
  SECRETS,
  SERVICES,
  service,
} from "./expectation.ts";

const KEY =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const FROZEN = "Forbidden: field is immutable when `immutable` is set";

const secret = (type: string, data: object = {}): Call =>
  post(SECRETS, { metadata: { name: "s" }, type, data });

export const CONFIGURATION_RULES: readonly Expectation[] = [
  {
    name: "has keys that can be file names",
    request: post(CONFIG_MAPS, configMap("a", { data: { "a b": "1" } })),
    ...invalid("ConfigMap", "a", ["data[a b]", `Invalid value: "a b": ${KEY}`]),
  },
  {
    name: "has no key twice",
    request: post(CONFIG_MAPS, configMap("a", { data: { key: "1" }, binaryData: { key: "MQ==" } })),
    ...invalid("ConfigMap", "a", [
      "data[key]",
      'Invalid value: "key": duplicate of key present in binaryData',
    ]),
  },
  {
    name: "has at most a mebibyte",
    request: post(CONFIG_MAPS, configMap("a", { data: { key: "v".repeat(1_048_577) } })),
    ...invalid("ConfigMap", "a", ["", "Too long: may not be more than 1048576 bytes"]),
  },
  {
    name: "that is immutable keeps its data",
    given: [configMap("a", { immutable: true, data: { key: "old" } })],
    request: put(`${CONFIG_MAPS}/a`, configMap("a", { immutable: true, data: { key: "new" } })),
    ...invalid("ConfigMap", "a", ["data", FROZEN]),
  },
  {
    name: "that is immutable stays so",
    given: [configMap("a", { immutable: true })],
    request: patch(`${CONFIG_MAPS}/a`, "merge", { immutable: false }),
    ...invalid("ConfigMap", "a", ["immutable", FROZEN]),
  },
  {
    name: "that is immutable may get labels",
    given: [configMap("a", { immutable: true })],
    request: patch(`${CONFIG_MAPS}/a`, "merge", { metadata: { labels: { a: "b" } } }),
    status: 200,
    json: { immutable: true },
  },
  {
    name: "that is a secret has base64 as its data",
    request: post(SECRETS, { metadata: { name: "s" }, data: { key: "not base64!" } }),
    ...failure(400, "BadRequest"),
  },
  {
    name: "that is a secret keeps its type",
    given: [{ apiVersion: "v1", kind: "Secret", metadata: { name: "s" } }],
    request: put(`${SECRETS}/s`, { metadata: { name: "s" }, type: "example.com/other" }),
    ...invalid("Secret", "s", ["type", 'Invalid value: "example.com/other": field is immutable']),
  },
  {
    name: "for TLS has two parts",
    request: secret("kubernetes.io/tls"),
    ...invalid("Secret", "s", ["data[tls.crt]", "Required value"], ["data[tls.key]", "Required value"]),
  },
  {
    name: "for a registry has its document",
    request: secret("kubernetes.io/dockerconfigjson"),
    ...invalid("Secret", "s", ["data[.dockerconfigjson]", "Required value"]),
  },
  {
    name: "for a registry is JSON",
    request: secret("kubernetes.io/dockerconfigjson", { ".dockerconfigjson": "bm90aGluZw==" }),
    ...failure(422, "Invalid", {
      details: { causes: [{ reason: "FieldValueInvalid", field: "data[.dockerconfigjson]" }] },
    }),
  },
  {
    name: "for a login has a name or a password",
    request: secret("kubernetes.io/basic-auth"),
    ...invalid("Secret", "s", ["data[username]", "Required value"], ["data[password]", "Required value"]),
  },
  {
    name: "for SSH has a key",
    request: secret("kubernetes.io/ssh-auth"),
    ...invalid("Secret", "s", ["data[ssh-privatekey]", "Required value"]),
  },
  {
    name: "for a service account names it",
    request: secret("kubernetes.io/service-account-token"),
    ...invalid("Secret", "s", ["metadata.annotations[kubernetes.io/service-account.name]", "Required value"]),
  },
  {
    name: "takes text for data",
    request: post(SECRETS, { metadata: { name: "s" }, data: { a: "MQ==" }, stringData: { a: "2", b: "3" } }),
    status: 201,
    json: { data: { a: "Mg==", b: "Mw==" } },
    absent: ["stringData"],
  },
];

/** A service's spec and the one problem that it has. */
const SERVICES_REFUSED: readonly (readonly [name: string, spec: object, field: string, message: string])[] = [
  ["has no ports", { ports: [] }, "spec.ports", "Required value"],
  [
    "has a port beyond the last",
    { ports: [{ port: 70_000, targetPort: 80 }] },
    "spec.ports[0].port",
    "Invalid value: 70000: must be between 1 and 65535, inclusive",
  ],
  [
    "speaks an unknown protocol",
    { ports: [{ port: 80, protocol: "ICMP" }] },
    "spec.ports[0].protocol",
    'Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
  ],
  [
    "has many ports and a nameless one",
    { ports: [{ port: 80 }, { port: 81, name: "b" }] },
    "spec.ports[0].name",
    "Required value",
  ],
  [
    "has two ports of one name",
    {
      ports: [
        { port: 80, name: "a" },
        { port: 81, name: "a" },
      ],
    },
    "spec.ports[1].name",
    'Duplicate value: "a"',
  ],
  [
    "is of an unknown type",
    { type: "Pigeon" },
    "spec.type",
    'Unsupported value: "Pigeon": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
  ],
  [
    "is faithful to nobody it knows",
    { sessionAffinity: "Friends" },
    "spec.sessionAffinity",
    'Unsupported value: "Friends": supported values: "ClientIP", "None"',
  ],
  ["names nobody outside", { type: "ExternalName", ports: [] }, "spec.externalName", "Required value"],
  [
    "has a node port that it cannot use",
    { ports: [{ port: 80, nodePort: 30_080 }] },
    "spec.ports[0].nodePort",
    "Forbidden: may not be used when `type` is 'ClusterIP'",
  ],
  [
    "has a node port outside the range",
    { type: "NodePort", ports: [{ port: 80, nodePort: 80 }] },
    "spec.ports[0].nodePort",
    "Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767",
  ],
  [
    "is a load balancer without an address",
    { type: "LoadBalancer", clusterIP: "None" },
    "spec.clusterIPs[0]",
    "Invalid value: \"None\": may not be set to 'None' for LoadBalancer services",
  ],
  [
    "selects by a value that is none",
    { selector: { app: "no spaces" } },
    "spec.selector",
    "Invalid value: \"no spaces\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
  ],
];

export const SERVICE_RULES: readonly Expectation[] = [
  ...SERVICES_REFUSED.map(([name, spec, field, message]) => ({
    name: `is refused that ${name}`,
    request: post(SERVICES, service("s", spec)),
    ...invalid("Service", "s", [field, message]),
  })),
  {
    name: "gets an address",
    request: post(SERVICES, service("s")),
    status: 201,
    text: '"clusterIP":"10.',
    json: {
      spec: {
        type: "ClusterIP",
        sessionAffinity: "None",
        ipFamilies: ["IPv4"],
        ipFamilyPolicy: "SingleStack",
        internalTrafficPolicy: "Cluster",
        ports: [{ port: 80, targetPort: 80, protocol: "TCP" }],
      },
      status: { loadBalancer: {} },
    },
  },
  {
    name: "without an address says so twice",
    request: post(SERVICES, service("s", { clusterIP: "None" })),
    status: 201,
    json: { spec: { clusterIP: "None", clusterIPs: ["None"] } },
  },
  {
    name: "keeps its address, also when the list of addresses is left as it is",
    given: [service("s")],
    request: patch(`${SERVICES}/s`, "merge", { spec: { clusterIP: "10.96.200.200" } }),
    ...invalid("Service", "s", [
      "spec.clusterIPs[0]",
      'Invalid value: ["10.96.200.200"]: may not change once set',
    ]),
  },
  {
    name: "keeps its address",
    given: [service("s")],
    request: patch(`${SERVICES}/s`, "merge", {
      spec: { clusterIP: "10.96.200.200", clusterIPs: ["10.96.200.200"] },
    }),
    ...invalid("Service", "s", [
      "spec.clusterIPs[0]",
      'Invalid value: ["10.96.200.200"]: may not change once set',
    ]),
  },
  {
    name: "of a node port gets one of the range",
    request: post(SERVICES, service("s", { type: "NodePort" })),
    status: 201,
    text: '"nodePort":3',
    json: { spec: { externalTrafficPolicy: "Cluster" } },
  },
  {
    name: "that becomes plain loses its node port",
    given: [service("s", { type: "NodePort" })],
    request: patch(`${SERVICES}/s`, "merge", { spec: { type: "ClusterIP" } }),
    status: 200,
    absent: ["spec.ports.0.nodePort", "spec.externalTrafficPolicy"],
  },
];
