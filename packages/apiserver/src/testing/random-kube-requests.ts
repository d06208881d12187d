import fc from "fast-check";
import type { RandomRequest } from "./random-requests.ts";

/** Requests around Kubernetes' own API of Ray's kinds: right and wrong verbs, paths, queries, headers and bodies. */
export function randomKubeRequest(): fc.Arbitrary<RandomRequest> {
  return fc.record({
    method: fc.constantFrom("GET", "GET", "POST", "PUT", "PATCH", "PATCH", "DELETE", "OPTIONS"),
    url: fc.tuple(PATH, QUERY).map(([path, query]) => path + query),
    headers: HEADERS,
    body: BODY,
  });
}

const NAME = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("a", "b", "c", "absent") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("", ".", "..", "%2F", "%zz", "é", "x".repeat(300), "__proto__", "%00"),
  },
);
const PLURAL = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom("rayclusters", "rayjobs", "rayservices", "raycronjobs") },
  { weight: 1, arbitrary: fc.constantFrom("pods", "secrets", "", "watch", "constructor") },
);
const NAMESPACE = fc.constantFrom("default", "default", "default", "other", "", "%2e%2e");

const PATH = fc
  .tuple(
    PLURAL,
    NAMESPACE,
    NAME,
    fc.constantFrom("all", "collection", "one", "one", "one", "status", "scale"),
  )
  .map(([plural, namespace, name, kind]) => {
    const collection = `/apis/ray.io/v1/namespaces/${namespace}/${plural}`;
    if (kind === "all") return `/apis/ray.io/v1/${plural}`;
    if (kind === "collection") return collection;
    return kind === "one" ? `${collection}/${name}` : `${collection}/${name}/${kind}`;
  });

const PARAMETER = fc.constantFrom(
  ...["limit=1", "limit=-1", "limit=x", "continue=nonsense", "resourceVersion=0", "resourceVersion=x"],
  ...["labelSelector=a%3Db", "labelSelector=%28", "fieldSelector=metadata.name%3Da", "fieldSelector=x"],
  ...["dryRun=All", "dryRun=Some", "fieldManager=me", "fieldValidation=Strict", "fieldValidation=x"],
  ...[
    "force=true",
    "propagationPolicy=Orphan",
    "gracePeriodSeconds=-5",
    "pretty=true",
    "watch=false",
    "colour",
  ],
);
const QUERY = fc
  .array(PARAMETER, { maxLength: 3 })
  .map((parameters) => (parameters.length === 0 ? "" : `?${parameters.join("&")}`));

const HEADERS = fc.record(
  {
    "content-type": fc.constantFrom(
      ...["application/json", "application/merge-patch+json", "application/json-patch+json"],
      ...["application/strategic-merge-patch+json", "application/apply-patch+yaml", "application/yaml"],
      ...["text/plain", ";;", "application/vnd.kubernetes.protobuf"],
    ),
    accept: fc.constantFrom(
      ...["application/json", "*/*", "application/json;as=Table;v=v1;g=meta.k8s.io"],
      ...["application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", "image/png", ",;,"],
    ),
    "user-agent": fc.constantFrom("kubectl/v1.35.0", ""),
  },
  { requiredKeys: [] },
);

const TEMPLATE = { spec: { containers: [{ name: "ray-head", image: "rayproject/ray:2.52.0" }] } };

/** An object that is nearly right, its template there, not there, or not asked for. */
const OBJECT = fc
  .record({
    kind: fc.constantFrom("RayCluster", "RayCluster", "RayJob", 5),
    name: fc.constantFrom("a", "b", "c", "", "UPPER"),
    group: fc.record(
      { computeTemplate: fc.constantFrom("t", "absent", "", 7, null), rayStartParams: fc.constant({}) },
      { requiredKeys: [] },
    ),
    strange: fc.option(fc.jsonValue({ maxDepth: 2 }), { freq: 3, nil: undefined }),
  })
  .map(({ kind, name, group, strange }) => ({
    apiVersion: "ray.io/v1",
    kind,
    metadata: { name },
    spec: { headGroupSpec: { template: TEMPLATE, ...group }, ...(strange !== undefined && { strange }) },
  }));

const OPERATION = fc.record({
  op: fc.constantFrom("add", "remove", "replace", "test", "move", "nonsense"),
  path: fc.constantFrom("/spec/suspend", "/spec/headGroupSpec/computeTemplate", "/metadata/labels", "x", ""),
  value: fc.constantFrom("t", true, null, {}),
});

const BODY = fc.oneof(
  { weight: 10, arbitrary: OBJECT.map((object) => JSON.stringify(object)) },
  { weight: 3, arbitrary: fc.array(OPERATION, { maxLength: 2 }).map((list) => JSON.stringify(list)) },
  { weight: 2, arbitrary: fc.constantFrom('{"spec":{"suspend":true}}', '{"metadata":{"labels":{"a":"b"}}}') },
  { weight: 1, arbitrary: fc.json() },
  {
    weight: 1,
    arbitrary: fc.constantFrom(undefined, "", "{", "[".repeat(5000), '{"computeTemplate":"\\ud800"}'),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }).map((bytes) => new Uint8Array(bytes)) },
);
