import { type Logger, SILENT } from "@heliostat/kube";
import { ALLOW_POLICY } from "../access/allow-policy.ts";
import type { Authorizer } from "../access/authorizer.ts";
import { BearerTokens } from "../access/bearer-tokens.ts";
import { authorizerOf } from "../access/policy.ts";
import { OpenApiDocuments } from "../openapi/openapi-documents.ts";
import { answerRequest, type GuardedApi } from "./answer-request.ts";
import { API_HOSTS } from "./http/host-guard.ts";
import { Authenticator } from "./identity/authenticator.ts";
import { storedObject } from "./identity/stored-object.ts";
import { Listener } from "./listener.ts";
import { type ServerIdentity, writeKubeconfig } from "./pki/server-identity.ts";
import { EventLines } from "./render/event-lines.ts";
import { DocumentCache } from "./routes/document-cache.ts";
import type { ServedApi } from "./served-api.ts";

export interface ServeOptions extends Omit<ServedApi, "documents" | "openApi" | "eventLines"> {
  /** Certificates and keys, by {@link loadServerIdentity}. */
  readonly identity: ServerIdentity;
  /** @default 127.0.0.1 */
  readonly host?: string;
  /** @default 0, any that is free */
  readonly port?: number;
  /** Path of a Unix socket that is served as well, for pods that cannot reach the host's loopback. */
  readonly socketPath?: string;
  /** @default whoever is known may do everything */
  readonly authorizer?: Authorizer;
  readonly logger?: Logger;
}

/** A running server. */
export interface KubernetesServer {
  /** `https://127.0.0.1:6443` */
  readonly url: string;
  readonly port: number;
  /** The administrator's, for this very address. */
  readonly kubeconfigPath: string;
  /** Takes no more requests, ends watches and resolves when the last reply is out, after two seconds at the latest. */
  close(): Promise<void>;
}

/**
 * Serve a Kubernetes API over HTTPS, to kubectl and every other client. Only callers with a certificate or a token of
 * ours are answered, and only when they ask for a name of ours.
 *
 * @throws Error when the port is in use
 */
export async function serveKubernetes(options: ServeOptions): Promise<KubernetesServer> {
  const { host = "127.0.0.1", port = 0, socketPath, identity, logger = SILENT } = options;
  const guarded = guardedApi(options, logger);
  const { caCertificatePem, server } = identity.credentials;
  const listener = new Listener({
    host,
    port,
    ...(socketPath === undefined ? {} : { socketPath }),
    tls: { key: server.keyPem, cert: server.certificatePem, ca: caCertificatePem },
    logger,
    answer: (request) => answerRequest(guarded, request),
  });
  const boundPort = await listener.listen();
  const url = `https://${host}:${boundPort}`;
  return {
    url,
    port: boundPort,
    kubeconfigPath: writeKubeconfig(identity, url),
    close: () => listener.close(),
  };
}

function guardedApi(
  { api, registry, node, clock, identity, authorizer }: ServeOptions,
  logger: Logger,
): GuardedApi {
  const bearers = new BearerTokens({
    reader: identity.tokenReader,
    clock,
    find: (reference) => storedObject({ api, registry }, reference),
  });
  return {
    api,
    registry,
    node,
    clock,
    logger,
    documents: new DocumentCache(registry),
    eventLines: new EventLines(),
    openApi: new OpenApiDocuments(registry),
    authenticator: new Authenticator(bearers),
    authorizer: authorizer ?? authorizerOf(ALLOW_POLICY),
    hosts: new Set(API_HOSTS),
  };
}
