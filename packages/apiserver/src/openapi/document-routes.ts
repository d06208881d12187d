import type { FastifyInstance, FastifyReply } from "fastify";
import type { Method } from "../calls/methods.ts";
import type { StreamMethod } from "../calls/stream-methods.ts";
import { ApiError } from "../errors/api-error.ts";
import type { ApiVersion } from "../handlers.ts";
import { HEAD_TOO } from "../http/process-routes.ts";
import { swaggerFile } from "../swagger-ui/swagger-files.ts";
import { type OpenApiDocument, openApiDocument } from "./document.ts";
import { initializer, PAGE, PAGE_POLICY } from "./page.ts";

export interface DocumentRouteOptions {
  readonly methods: readonly Method[];
  readonly streamMethods: readonly StreamMethod[];
  readonly hasKubeApi: boolean;
  readonly release: string;
}

/** KubeRay's names of its documents, and the services that each describes; no services: all. */
const DOCUMENTS: Readonly<Record<string, readonly string[] | undefined>> = {
  kuberay_api: undefined,
  cluster: ["proto.ClusterService"],
  config: ["proto.ComputeTemplateService"],
  job: ["proto.RayJobService"],
  job_submission: ["proto.RayJobSubmissionService"],
  serve: ["proto.RayServeService"],
  error: [],
};

/** What the API is, for people and machines; without identity (KubeRay's paths, and `/openapi`). */
export function addDocumentRoutes(app: FastifyInstance, options: DocumentRouteOptions): void {
  const texts = new Map<string, string>();
  const textOf = (version: ApiVersion, name: string): string => {
    const key = `${version}/${name}`;
    const text = texts.get(key) ?? JSON.stringify(documentOf(options, version, DOCUMENTS[name]));
    texts.set(key, text);
    return text;
  };
  app.get("/openapi.json", HEAD_TOO, (_request, reply) => sendJson(reply, textOf("v1", "kuberay_api")));
  app.get<{ Params: { file: string } }>("/openapi/:file", HEAD_TOO, ({ params }, reply) => {
    if (params.file !== "v1.json" && params.file !== "v1alpha2.json")
      throw new ApiError("NotFound", "Not Found");
    return sendJson(reply, textOf(params.file === "v1.json" ? "v1" : "v1alpha2", "kuberay_api"));
  });
  app.get<{ Params: { file: string } }>("/swagger/:file", HEAD_TOO, ({ params }, reply) => {
    const name = params.file.replace(/\.swagger\.json$/, "");
    if (name === params.file || !Object.hasOwn(DOCUMENTS, name)) throw new ApiError("NotFound", "Not Found");
    return sendJson(reply, textOf("v1", name));
  });
  app.get("/swagger-ui", HEAD_TOO, (_request, reply) => reply.redirect("/swagger-ui/", 301));
  app.get<{ Params: { "*": string } }>("/swagger-ui/*", HEAD_TOO, ({ params }, reply) =>
    sendPageFile(reply, params["*"]),
  );
}

function documentOf(
  { methods, ...options }: DocumentRouteOptions,
  version: ApiVersion,
  services: readonly string[] | undefined,
): OpenApiDocument {
  const hasKubeApi = options.hasKubeApi && version === "v1" && services === undefined;
  return openApiDocument(methods, { ...options, version, hasKubeApi, ...(services && { services }) });
}

function sendJson(reply: FastifyReply, text: string): FastifyReply {
  return reply.header("content-type", "application/json").send(Buffer.from(text));
}

async function sendPageFile(reply: FastifyReply, name: string): Promise<FastifyReply> {
  reply.header("content-security-policy", PAGE_POLICY).header("x-content-type-options", "nosniff");
  if (name === "" || name === "index.html") return reply.type("text/html; charset=utf-8").send(PAGE);
  if (name === "swagger-initializer.js")
    return reply.type("text/javascript; charset=utf-8").send(initializer());
  const file = await swaggerFile(name);
  if (file === undefined) throw new ApiError("NotFound", "Not Found");
  return reply.type(file.type).send(file.bytes);
}
