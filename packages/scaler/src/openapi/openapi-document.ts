import { fullName, KIND_DRIVERS } from "@heliostat/engines";
import { ERROR_CODES } from "../answers/error-codes.ts";
import { type Method, pathParameters, type Route } from "../routes/route.ts";
import { ROUTES } from "../routes/route-table.ts";
import { OPERATION_DOCS, type OperationDoc } from "./operation-docs.ts";
import { atLeast, exactly, type JsonSchema, listOf, oneOf, TEXT } from "./schemas.ts";

/** The service in OpenAPI 3.1, made from the table of routes: a route that is not in there does not exist. */
export function openApiDocument(): JsonSchema {
  return {
    openapi: "3.1.0",
    info: {
      title: "Heliostat scaler",
      version: "1",
      description: "List, inspect, scale and restart clusters of Ray, Dask and Spark.",
    },
    servers: [{ url: "/" }],
    paths: Object.fromEntries([...byPath()].map(([path, routes]) => [path, pathItem(routes)])),
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        apiKey: { type: "apiKey", in: "header", name: "X-Domino-Api-Key" },
      },
      schemas: { Error: ERROR },
    },
  };
}

const ERROR: JsonSchema = atLeast({ error: oneOf(...Object.keys(ERROR_CODES)), message: TEXT });

/** Every status that something else than success may have. */
const ERROR_STATUSES: readonly (readonly [number, string])[] = [
  [400, "The request says something that it cannot mean"],
  [401, "No credentials that are accepted"],
  [403, "Not for this caller, or not there"],
  [404, "Not there, or not for this caller"],
  [409, "The cluster is not in a state for it, or others changed it at the same time"],
  [413, "The body is longer than is read"],
  [415, "The body is not JSON"],
  [422, "Kubernetes refuses the change"],
  [429, "Too many requests of this caller"],
  [500, "Kubernetes did not answer, or a defect of this service"],
  [502, "The identity provider does not answer, or Kubernetes refuses this service"],
  [503, "Not ready, or Kubernetes does not answer"],
];

function byPath(): Map<string, readonly Route[]> {
  const paths = new Map<string, readonly Route[]>();
  for (const route of ROUTES) paths.set(route.path, [...(paths.get(route.path) ?? []), route]);
  return paths;
}

function pathItem(routes: readonly Route[]): JsonSchema {
  return Object.fromEntries(
    routes.flatMap((route) =>
      route.methods.map((method) => [method.toLowerCase(), operation(route, method)]),
    ),
  );
}

function operation(route: Route, method: Method): JsonSchema {
  const doc = OPERATION_DOCS[route.operation];
  const place = route.path.replace(/[/{}]+/g, "_").replace(/^_|_$/g, "");
  return {
    operationId: `${method.toLowerCase()}_${place}`,
    summary: route.summary,
    tags: [TAGS[route.surface]],
    parameters: parameters(route, doc),
    ...(doc.body && { requestBody: { content: { "application/json": { schema: doc.body } } } }),
    security:
      route.surface === "open" ? [] : [...(isOldList(route) ? [{}] : []), { bearer: [] }, { apiKey: [] }],
    responses: responses(route, doc),
  };
}

/** Old lists show the nameless nothing, and do not turn them away. */
function isOldList({ operation: name }: Route): boolean {
  return name === "list" || name === "listRay";
}

const TAGS: Readonly<Record<Route["surface"], string>> = {
  open: "service",
  service: "first clients",
  client: "Python client",
  v1: "api v1",
};

function parameters({ path }: Route, { query = {} }: OperationDoc): readonly JsonSchema[] {
  return [
    ...pathParameters(path).map((name) => ({
      ...{ name, in: "path", required: true },
      schema: PATH_SCHEMAS[name] ?? TEXT,
    })),
    ...Object.entries(query).map(([name, schema]) => ({ name, in: "query", schema })),
  ];
}

/** Parameters of paths of which not any text will do. */
const PATH_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  kind: oneOf(...new Set(KIND_DRIVERS.flatMap((driver) => [driver.resource.plural, fullName(driver)]))),
  node_type: oneOf("head", "worker"),
};

function responses({ surface, operation: name }: Route, { status, reply }: OperationDoc): JsonSchema {
  const success = { [status]: response("What was asked for", reply) };
  if (name === "readiness") return { ...success, 503: response("Not ready", NOT_READY) };
  if (surface === "open") return success;
  const error = { $ref: "#/components/schemas/Error" };
  return {
    ...success,
    ...Object.fromEntries(ERROR_STATUSES.map(([code, text]) => [code, response(text, error)])),
  };
}

const NOT_READY: JsonSchema = exactly({ status: oneOf("not_ready"), problems: listOf(TEXT) });

function response(description: string, schema: JsonSchema): JsonSchema {
  return { description, content: { "application/json": { schema } } };
}
