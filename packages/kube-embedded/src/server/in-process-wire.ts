import { Readable } from "node:stream";
import { KubeError, type KubeWire, SILENT, type WireAnswer, type WireRequest } from "@heliostat/kube";
import { ALLOW_POLICY } from "../access/allow-policy.ts";
import { authorizerOf } from "../access/policy.ts";
import type { UserInfo } from "../api/kube-api.ts";
import { OpenApiDocuments } from "../openapi/openapi-documents.ts";
import { answerRequest, type GuardedApi, type IncomingRequest, plainReply } from "./answer-request.ts";
import type { Reply } from "./http/exchange.ts";
import { API_HOSTS } from "./http/host-guard.ts";
import { EventLines } from "./render/event-lines.ts";
import { DocumentCache } from "./routes/document-cache.ts";
import type { ServeOptions } from "./serve-kubernetes.ts";

export interface InProcessWireOptions
  extends Pick<ServeOptions, "api" | "registry" | "node" | "clock" | "logger"> {
  /** In whose name requests are made. He may do everything, as every client of this process. */
  readonly user: UserInfo;
}

/** What the server answers over HTTPS, without a network between. Nothing leaves HTTP: what wants to is refused. */
export function inProcessWire({ user, ...options }: InProcessWireOptions): KubeWire {
  const { registry, logger = SILENT } = options;
  const guarded: GuardedApi = {
    ...options,
    logger,
    documents: new DocumentCache(registry),
    eventLines: new EventLines(),
    openApi: new OpenApiDocuments(registry),
    authenticator: { userOf: async () => user },
    authorizer: authorizerOf(ALLOW_POLICY),
    hosts: new Set(API_HOSTS),
  };
  return {
    async send(request) {
      request.signal?.throwIfAborted();
      return wireAnswer(plainReply(await answerRequest(guarded, incoming(request)), logger));
    },
  };
}

function incoming({ method, path, headers, body, signal }: WireRequest): IncomingRequest {
  return {
    method,
    url: path,
    headers: { ...headers, host: "localhost" },
    rawHeaders: Object.entries(headers).flat(),
    peer: NO_PEER,
    life: { signal: signal ?? new AbortController().signal },
    body: async () => Buffer.from(body ?? new Uint8Array()),
    bodyStream: () => Readable.from([body ?? new Uint8Array()]),
  };
}

const NO_PEER: IncomingRequest["peer"] = {
  authorized: false,
  getPeerCertificate: () => {
    throw new KubeError("Unauthorized", "Unauthorized");
  },
};

function wireAnswer({ status, contentType, headers = {}, body }: Reply): WireAnswer {
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    status,
    headers: {
      "content-type": contentType,
      "cache-control": "no-cache, private",
      ...Object.fromEntries(named),
    },
    body: chunksOf(body),
  };
}

async function* chunksOf(body: Reply["body"]): AsyncGenerator<Uint8Array, void, undefined> {
  if (typeof body === "string" || Buffer.isBuffer(body)) yield Buffer.from(body);
  else for await (const part of body) yield Buffer.from(part as string);
}
