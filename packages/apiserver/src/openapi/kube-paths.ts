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
    ...Object.assign({}, ...kinds.map(pathsOfKind)),
    "/apis/events.k8s.io/v1/namespaces/{namespace}/events": {
      get: operation("listEvents", "Lists or watches the events about Ray's kinds.", LISTING),
      parameters: [NAMESPACE],
    },
    "/api/v1/namespaces/{namespace}/services/{service}/proxy/{path}": {
      get: operation("proxyService", "Passes a request, of any verb, on to a service of a Ray cluster.", []),
      parameters: [NAMESPACE, inPath("service", "`name`, `name:port` or `http:name:port`."), inPath("path")],
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
  return {
    [`/apis/ray.io/v1/${plural}`]: {
      get: operation(`list${kind}ForAllNamespaces`, `${list} of all namespaces.`, LISTING),
    },
    [collection]: {
      get: operation(`list${kind}`, `${list} of a namespace.`, LISTING),
      post: operation(`create${kind}`, `Creates a ${kind}, its compute templates filled in.`, WRITING),
      parameters: [NAMESPACE],
    },
    [`${collection}/{name}`]: {
      get: operation(`read${kind}`, `Finds a ${kind}.`, []),
      put: operation(`replace${kind}`, `Replaces a ${kind}.`, WRITING),
      patch: operation(`patch${kind}`, `Patches a ${kind}, or applies it.`, WRITING),
      delete: operation(`delete${kind}`, `Deletes a ${kind}.`, []),
      parameters: [NAMESPACE, inPath("name")],
    },
  };
}

const NAMESPACE = inPath("namespace");
const LISTING = ["labelSelector", "fieldSelector", "limit", "continue", "watch", "resourceVersion"];
const WRITING = ["dryRun", "fieldManager"];
const OBJECT: Schema = { "application/json": { schema: { type: "object" } } };

function operation(operationId: string, summary: string, parameters: readonly string[]): Schema {
  const writes = parameters === WRITING;
  return {
    operationId,
    summary,
    tags: ["Kubernetes"],
    parameters: parameters.map((name) => ({ name, in: "query", schema: { type: "string" } })),
    ...(writes && { requestBody: { required: true, content: OBJECT } }),
    responses: { default: { description: "An object, a list, or a Status.", content: OBJECT } },
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
