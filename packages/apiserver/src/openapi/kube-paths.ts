import { RAY_CLUSTERS, RAY_CRON_JOBS, RAY_JOBS, RAY_SERVICES } from "@heliostat/ray";
import type { Schema } from "./message-schemas.ts";

/** Operations of one path, by verb. */
type PathItem = Readonly<Record<string, Schema | readonly Schema[]>>;

/** The part of Kubernetes' own API that is served: what its objects are is described by their CRDs. */
export function kubePaths(): Readonly<Record<string, PathItem>> {
  const kinds = [RAY_CLUSTERS, RAY_JOBS, RAY_SERVICES, RAY_CRON_JOBS].map(({ kind, plural }) => ({
    kind,
    plural,
  }));
  return {
    ...Object.fromEntries(DISCOVERY.map(([path, summary]) => [path, discovery(path, summary)])),
    ...Object.assign({}, ...kinds.map(pathsOfKind)),
    "/apis/events.k8s.io/v1/namespaces/{namespace}/events": {
      get: operation("listEvents", "Lists or watches the events about Ray's kinds.", LISTING),
      parameters: [NAMESPACE],
    },
    "/api/v1/namespaces/{namespace}/services/{service}/proxy/{path}": {
      get: {
        operationId: "proxyService",
        summary: "Passes a request, of any verb, on to a service of a Ray cluster.",
        tags: ["Kubernetes"],
        responses: { default: { description: "What the service answers." } },
      },
      parameters: [NAMESPACE, inPath("service", "`name`, `name:port` or `http:name:port`."), inPath("path")],
    },
  };
}

/** Kubernetes' word on what went wrong. */
export const KUBE_STATUS: Schema = {
  type: "object",
  description: "Why Kubernetes' own API refuses, as all of its errors carry it.",
  properties: {
    apiVersion: { const: "v1" },
    kind: { const: "Status" },
    metadata: { type: "object" },
    status: { const: "Failure" },
    message: { type: "string" },
    reason: { type: "string" },
    details: { type: "object" },
    code: { type: "integer", minimum: 400, maximum: 599 },
  },
  required: ["apiVersion", "kind", "status", "message", "reason", "code"],
  additionalProperties: false,
};

const DISCOVERY: readonly (readonly [string, string])[] = [
  ["/api", "The versions of the core group: none is passed on."],
  ["/apis", "The groups of which something is passed on."],
  ["/apis/ray.io/v1", "Ray's kinds, as the cluster's definitions have them."],
  ["/openapi/v3", "Where the schemas of Ray's kinds are."],
  ["/version", "The version of Kubernetes behind."],
];

function discovery(path: string, summary: string): PathItem {
  return {
    get: {
      operationId: `discover${path.replaceAll(/[^A-Za-z0-9]/g, "_")}`,
      summary,
      tags: ["Kubernetes"],
      responses: responses({ type: "object" }),
    },
  };
}

function pathsOfKind({
  kind,
  plural,
}: {
  readonly kind: string;
  readonly plural: string;
}): Readonly<Record<string, PathItem>> {
  const collection = `/apis/ray.io/v1/namespaces/{namespace}/${plural}`;
  const list = `Lists or watches every ${kind}`;
  const place = [NAMESPACE, inPath("name")];
  return {
    [`/apis/ray.io/v1/${plural}`]: {
      get: operation(`list${kind}ForAllNamespaces`, `${list} of all namespaces.`, LISTING),
    },
    [collection]: {
      get: operation(`list${kind}`, `${list} of a namespace.`, LISTING),
      post: writing(`create${kind}`, `Creates a ${kind}, its compute templates filled in.`, OBJECT_TYPES),
      delete: operation(`deleteCollectionOf${kind}`, `Deletes every ${kind} that is selected.`, DELETING),
      parameters: [NAMESPACE],
    },
    [`${collection}/{name}`]: {
      get: operation(`read${kind}`, `Finds a ${kind}.`, []),
      put: writing(`replace${kind}`, `Replaces a ${kind}.`, OBJECT_TYPES),
      patch: writing(`patch${kind}`, `Patches a ${kind}, or applies it.`, PATCH_TYPES),
      delete: operation(`delete${kind}`, `Deletes a ${kind}.`, DELETING),
      parameters: place,
    },
    [`${collection}/{name}/status`]: {
      get: operation(`read${kind}Status`, `Finds a ${kind}.`, []),
      put: writing(`replace${kind}Status`, `Replaces the status of a ${kind}.`, OBJECT_TYPES),
      patch: writing(`patch${kind}Status`, `Patches the status of a ${kind}.`, PATCH_TYPES),
      parameters: place,
    },
  };
}

const NAMESPACE = inPath("namespace");
const LISTING = ["labelSelector", "fieldSelector", "limit", "continue", "watch", "resourceVersion"];
const DELETING = ["labelSelector", "fieldSelector", "dryRun", "propagationPolicy", "gracePeriodSeconds"];
const WRITING = ["dryRun", "fieldManager", "fieldValidation"];
const OBJECT_TYPES = ["application/json", "application/yaml"];
const PATCH_TYPES = [
  "application/merge-patch+json",
  "application/json-patch+json",
  "application/apply-patch+yaml",
];
const OBJECT: Schema = {
  type: "object",
  properties: { apiVersion: { type: "string" }, kind: { type: "string" } },
  required: ["apiVersion", "kind"],
};

function writing(operationId: string, summary: string, bodyTypes: readonly string[]): Schema {
  const content = Object.fromEntries(bodyTypes.map((type) => [type, { schema: {} }]));
  return { ...operation(operationId, summary, WRITING), requestBody: { required: true, content } };
}

function operation(operationId: string, summary: string, parameters: readonly string[]): Schema {
  return {
    operationId,
    summary,
    tags: ["Kubernetes"],
    parameters: parameters.map((name) => ({ name, in: "query", schema: { type: "string" } })),
    responses: responses(OBJECT),
  };
}

function responses(schema: Schema): Schema {
  const refusal = { $ref: "#/components/schemas/KubernetesStatus" };
  return {
    "2XX": { description: "An object, a list, or a table.", content: { "application/json": { schema } } },
    default: { description: "An error.", content: { "application/json": { schema: refusal } } },
  };
}

function inPath(name: string, description?: string): Schema {
  return {
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
    ...(description && { description }),
  };
}
