import type { DescField } from "@bufbuild/protobuf";
import type { Method } from "../calls/methods.ts";
import type { StreamMethod } from "../calls/stream-methods.ts";
import type { ApiVersion } from "../handlers.ts";
import { apiRoutes } from "../http/api-routes.ts";
import type { Route } from "../http/route-table.ts";
import { KUBE_STATUS, kubePaths } from "./kube-paths.ts";
import { described, MessageSchemas, parameterSchema, type Schema } from "./message-schemas.ts";

export interface DocumentOptions {
  readonly version: ApiVersion;
  /** The version of the document itself: the program's. */
  readonly release: string;
  /** Methods that answer with a stream. @default none */
  readonly streamMethods?: readonly StreamMethod[];
  /** Whether Kubernetes' own API of Ray's kinds is served beside. @default false */
  readonly hasKubeApi?: boolean;
  /** Only the methods of these services. @default all */
  readonly services?: readonly string[];
}

/** An OpenAPI 3.1 document. */
export type OpenApiDocument = Schema;

/**
 * The API of one version as OpenAPI 3.1, made from the same descriptors that are served: what is not in it is not
 * there.
 */
export function openApiDocument(
  methods: readonly Method[],
  { version, release, services, streamMethods = [], hasKubeApi = false }: DocumentOptions,
): OpenApiDocument {
  const schemas = new MessageSchemas(version);
  const paths: Record<string, Record<string, Schema>> = {};
  if (version === "v1" && services === undefined) {
    for (const stream of streamMethods)
      paths[stream.binding.path] = { get: streamOperation(stream, schemas) };
  }
  for (const { verb, path, target } of apiRoutes(methods, "document")) {
    if (target.version !== version || services?.includes(target.method.service) === false) continue;
    paths[path] ??= {};
    paths[path][verb.toLowerCase()] = operation({ verb, path, target: target.method }, schemas);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Ray API",
      version: release,
      description: `Ray clusters, jobs and services on Kubernetes, as KubeRay's API server has them: ${version}.`,
    },
    tags: [...new Set([...methods, ...streamMethods].map(({ service }) => service))].map((service) => ({
      name: tagOf(service),
      ...described(service),
    })),
    security: [{ bearer: [] }],
    paths: { ...paths, ...(hasKubeApi && kubePaths()) },
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
      schemas: {
        ...schemas.components,
        Status: STATUS,
        ...(hasKubeApi && { KubernetesStatus: KUBE_STATUS }),
      },
    },
  };
}

/** `google.rpc.Status`: the body of every error. */
const STATUS: Schema = {
  type: "object",
  description: "Why a call failed, as every error body carries it.",
  properties: {
    code: { type: "integer", description: "A gRPC status code.", minimum: 1, maximum: 16 },
    message: { type: "string" },
  },
  required: ["code", "message"],
  additionalProperties: false,
};

function operation({ path, target }: Route<Method>, schemas: MessageSchemas): Schema {
  const { service, name, input, output, binding } = target;
  const { description: summary } = described(`${service}.${name}`);
  const body = input.fields.find((field) => field.name === binding.body);
  return {
    operationId: `${tagOf(service)}_${name}${path === binding.path || isRenamed(path, binding.path) ? "" : "_bare"}`,
    tags: [tagOf(service)],
    ...(summary !== undefined && { summary }),
    parameters: parametersOf(target, path),
    ...(body?.message && {
      requestBody: {
        required: true,
        content: json(schemas.ref(body.message)),
        ...described(`${input.typeName}.${body.name}`),
      },
    }),
    responses: {
      "200": { description: "A successful answer.", content: json(schemas.ref(output)) },
      default: { description: "An error.", content: json({ $ref: "#/components/schemas/Status" }) },
    },
  };
}

/** A line of JSON for each message. */
function streamOperation(stream: StreamMethod, schemas: MessageSchemas): Schema {
  const { service, name, output, binding } = stream;
  const { description: summary } = described(`${service}.${name}`);
  const properties = { result: schemas.ref(output), error: { $ref: "#/components/schemas/Status" } };
  return {
    operationId: `${tagOf(service)}_${name}`,
    tags: [tagOf(service)],
    ...(summary !== undefined && { summary }),
    parameters: parametersOf(stream, binding.path),
    responses: {
      "200": { description: "A stream of lines.", content: json({ type: "object", properties }) },
      default: { description: "An error.", content: json({ $ref: "#/components/schemas/Status" }) },
    },
  };
}

function isRenamed(path: string, bound: string): boolean {
  return path.split("/").slice(3).join("/") === bound.split("/").slice(3).join("/");
}

function parametersOf(
  { input, binding }: Pick<Method, "input" | "binding">,
  path: string,
): readonly Schema[] {
  return input.fields.flatMap((field): readonly Schema[] => {
    if (field.name === binding.body || field.fieldKind !== "scalar") return [];
    const isInPath = path.includes(`{${field.name}}`);
    return [parameter(field, isInPath)];
  });
}

function parameter(field: DescField, isInPath: boolean): Schema {
  return {
    name: isInPath ? field.name : field.jsonName,
    in: isInPath ? "path" : "query",
    ...(isInPath && { required: true }),
    schema: parameterSchema(field),
    ...described(`${field.parent.typeName}.${field.name}`),
  };
}

function json(schema: Schema): Schema {
  return { "application/json": { schema } };
}

/** `ClusterService` of `proto.ClusterService`. */
function tagOf(service: string): string {
  return service.slice(service.lastIndexOf(".") + 1);
}
