import { apiVersionOf, applyJsonPatch, isKubeError, type Json } from "@heliostat/kube";
import fc from "fast-check";
import { expect, it } from "vitest";
import { CALLER, type TestKubernetes, testKubernetes } from "../testing/test-kubernetes.ts";

const CONTAINER = {
  name: "main",
  image: "example/app:1",
  env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
  ports: [{ containerPort: 80 }],
  volumeMounts: [{ name: "v", mountPath: "/v" }],
  resources: { limits: { cpu: "1" }, requests: { cpu: "500m" } },
  livenessProbe: { httpGet: { port: 80 } },
};
const POD = {
  containers: [CONTAINER],
  initContainers: [{ name: "init", image: "i" }],
  volumes: [{ name: "v" }],
};
const TEMPLATE = { metadata: { labels: { app: "x" } }, spec: POD };
const SELECTOR = { matchLabels: { app: "x" }, matchExpressions: [{ key: "app", operator: "Exists" }] };
const JOB = { template: { spec: { ...POD, restartPolicy: "Never" } } };

const OBJECTS: readonly (readonly [apiVersion: string, plural: string, body: Json])[] = [
  ["v1", "pods", { spec: { ...POD, tolerations: [{ key: "a", operator: "Exists" }] } }],
  [
    "v1",
    "services",
    { spec: { type: "NodePort", ports: [{ port: 80, name: "http" }], selector: { a: "b" } } },
  ],
  ["v1", "secrets", { stringData: { a: "b" }, data: { c: "eA==" } }],
  ["v1", "configmaps", { data: { a: "b" }, immutable: false }],
  ["v1", "events", { involvedObject: { kind: "Pod" }, source: { component: "c" }, series: { count: 1 } }],
  [
    "v1",
    "persistentvolumeclaims",
    { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } },
  ],
  [
    "apps/v1",
    "deployments",
    { spec: { selector: SELECTOR, template: TEMPLATE, strategy: { rollingUpdate: { maxSurge: 1 } } } },
  ],
  [
    "apps/v1",
    "statefulsets",
    { spec: { selector: SELECTOR, template: TEMPLATE, volumeClaimTemplates: [{ spec: {} }] } },
  ],
  ["batch/v1", "jobs", { spec: JOB }],
  ["batch/v1", "cronjobs", { spec: { schedule: "* * * * *", jobTemplate: { spec: JOB } } }],
  ["networking.k8s.io/v1", "networkpolicies", { spec: { podSelector: SELECTOR, egress: [{ to: [] }] } }],
  [
    "rbac.authorization.k8s.io/v1",
    "rolebindings",
    { roleRef: { apiGroup: "g", kind: "Role", name: "r" }, subjects: [{ kind: "User", name: "u" }] },
  ],
];

const value: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    null,
    0,
    -1,
    1.5,
    2 ** 40,
    "",
    "x",
    "1Gi",
    "None",
    true,
    [],
    {},
    [null],
    [1],
    [{}],
    [[]],
  ),
  fc.constantFrom<Json>({ a: null }, { $patch: "delete" }, [{ $patch: "replace" }], {
    ["__proto__"]: { a: 1 },
  }),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
);

/** Every place in a value, as JSON pointers. */
function places(at: Json, path = ""): readonly string[] {
  if (typeof at !== "object" || at === null) return [path];
  return [path, ...Object.entries(at).flatMap(([key, each]) => places(each, `${path}/${key}`))];
}

const disturbed = fc.constantFrom(...OBJECTS).chain(([apiVersion, plural, body]) => {
  const object = {
    metadata: { name: "x", labels: { a: "b" }, finalizers: [] },
    status: {},
    ...(body as object),
  };
  const place = fc.constantFrom(...places(object as Json).filter((path) => path !== ""));
  return fc.record({
    apiVersion: fc.constant(apiVersion),
    plural: fc.constant(plural),
    object: fc.constant(object as Json),
    place,
    value,
  });
});

it("answers a request with anything anywhere in it by an object or a refusal, never by a crash", async () => {
  const kubernetes = await testKubernetes();
  const counts = { answered: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(disturbed, async ({ apiVersion, plural, object, place, value: each }) => {
      const operation = { op: "replace", path: place, value: each } as const;
      const at = kubernetes.target(apiVersion, plural, { name: "x" });
      const body = applyJsonPatch(object, [operation]);
      const nested = nestedAt(place, each);
      for (const call of [
        () => create(kubernetes, at, body),
        () => create(kubernetes, at, object),
        () => kubernetes.api.patch(at, { type: "json", body: [operation] }, CALLER),
        () => kubernetes.api.patch(at, { type: "merge", body: nested }, CALLER),
        () => kubernetes.api.patch(at, { type: "strategic", body: nested }, CALLER),
        () => kubernetes.api.patch(at, { type: "apply", body: identified(at, object) }, OTHER),
        () => kubernetes.api.patch(at, { type: "apply", body: identified(at, body), force: true }, CALLER),
        () => kubernetes.api.patch(at, { type: "apply", body: identified(at, nested), force: true }, CALLER),
        () =>
          kubernetes.api.patch(at, { type: "merge", body: { metadata: { managedFields: [each] } } }, OTHER),
        () => kubernetes.api.update(at, body, CALLER),
        () => printed(kubernetes, at),
        () => kubernetes.api.delete(at, { gracePeriodSeconds: 0 }, CALLER),
      ])
        counts[await outcomeOf(call)] += 1;
    }),
    { numRuns: 300 },
  );
  expect(counts.answered).toBeGreaterThan(counts.refused / 4);
  expect(({} as { readonly a?: unknown }).a).toBeUndefined();
});

const OTHER = { ...CALLER, fieldManager: "other" };

/** A configuration cannot be read without its kind. */
function identified({ resource }: ReturnType<TestKubernetes["target"]>, body: Json): Json {
  return { ...(body as object), apiVersion: apiVersionOf(resource), kind: resource.kind };
}

function create(
  { api }: TestKubernetes,
  { name: _, ...at }: ReturnType<TestKubernetes["target"]>,
  body: Json,
) {
  return api.create(at, structuredClone(body), CALLER);
}

/** Every column of what has been stored. */
async function printed({ api, clock }: TestKubernetes, at: ReturnType<TestKubernetes["target"]>) {
  const { object } = await api.get(at);
  return at.resource.columns.map((column) => column.cell(object, clock.now()));
}

function nestedAt(place: string, leaf: Json): Json {
  const keys = place.split("/").slice(1);
  return keys.reduceRight<Json>((inner, key) => (/^\d+$/.test(key) ? [inner] : { [key]: inner }), leaf);
}

async function outcomeOf(call: () => Promise<unknown>): Promise<"answered" | "refused"> {
  try {
    await call();
    return "answered";
  } catch (error) {
    if (!isKubeError(error) || error.code >= 500) throw error;
    return "refused";
  }
}
