import { once } from "node:events";
import type { ListenAddress, V1Alpha2Style } from "@heliostat/apiserver";
import { IdentityError } from "@heliostat/identity";
import { isKubeError, type KubeClient } from "@heliostat/kube";
import { kubeHttp } from "@heliostat/kube-http";
import { OPERATOR_VERSION, RAY_CLUSTERS } from "@heliostat/ray";
import { dashboardByDns, dashboardsThroughPods } from "../apiserver/dashboard-ways.ts";
import { servedApi } from "../apiserver/served-api.ts";
import { serverCertificate, type TlsChoice } from "../apiserver/server-certificate.ts";
import { type ClusterChoice, clusterAccess } from "../cluster/cluster-access.ts";
import type { Config } from "../config.ts";
import { type ApiIdentityChoice, apiIdentity, type IdentityContext } from "../identity/api-identity.ts";
import { systemClock, systemRandom } from "../system/clock.ts";
import { type LogLevel, stderrLogger } from "../system/logger.ts";
import { UserError } from "../user-error.ts";

export interface ApiServerCommandOptions extends ClusterChoice, ApiIdentityChoice, TlsChoice {
  readonly http: ListenAddress;
  readonly grpc: ListenAddress;
  /** See one namespace only. */
  readonly namespace?: string;
  readonly corsOrigin?: string;
  readonly v1alpha2Json: V1Alpha2Style;
  readonly logLevel: LogLevel;
}

/** Run the API server in front of a cluster that is there already, until Ctrl-C. @throws UserError */
export async function apiserver(
  options: ApiServerCommandOptions,
  { config, signal }: { readonly config: Config; readonly signal: AbortSignal },
): Promise<void> {
  const access = clusterAccess(options, config, systemClock);
  const cluster = kubeHttp(access, {
    userAgent: `heliostat-apiserver/${OPERATOR_VERSION}`,
    proxies: config.proxies,
  });
  const logger = stderrLogger(options.logLevel);
  const ending = new AbortController();
  const following = { clock: systemClock, logger, signal: AbortSignal.any([signal, ending.signal]) };
  try {
    const tls = serverCertificate(options, following);
    await checked(cluster.client, { ...options, server: access.server, signal });
    const { client, node: nodePort, wire } = cluster;
    const isInside = config.inCluster !== undefined && !(options.kubeconfig ?? config.kubeconfig);
    const { http, grpc, namespace, corsOrigin } = options;
    const server = await servedApi({
      client,
      nodePort,
      wire,
      dashboardOf: isInside ? dashboardByDns : dashboardsThroughPods({ client, nodePort }),
      identity: await identityOf(options, { client, proxies: config.proxies, following }),
      ...(tls && { tls }),
      clock: systemClock,
      random: systemRandom,
      logger,
      http,
      grpc,
      v1alpha2Style: options.v1alpha2Json,
      ...(namespace !== undefined && { namespace }),
      ...(corsOrigin !== undefined && { corsOrigin }),
    });
    const { httpUrl, grpcAddress } = server;
    logger.info("API server serves", { http: httpUrl, grpc: grpcAddress, identity: options.identity });
    if (!signal.aborted) await once(signal, "abort");
    await server.stop();
  } catch (error) {
    if (!signal.aborted) throw asUserError(error);
  } finally {
    ending.abort();
    await cluster.close();
  }
}

function identityOf(
  options: ApiServerCommandOptions,
  ground: Pick<IdentityContext, "client" | "proxies" | "following">,
): ReturnType<typeof apiIdentity> {
  const hosts = [options.http.host, options.grpc.host];
  return apiIdentity(options, { ...ground, clock: systemClock, hosts });
}

interface Check extends ApiServerCommandOptions {
  readonly server: string;
  readonly signal: AbortSignal;
}

/** What is wrong from the beginning is told at once. */
async function checked(client: KubeClient, { server, namespace, signal }: Check): Promise<void> {
  try {
    await client.list(RAY_CLUSTERS, { limit: 1, signal, ...(namespace !== undefined && { namespace }) });
  } catch (cause) {
    if (signal.aborted || !isKubeError(cause)) throw cause;
    const isUnknown = cause.reason === "NotFound";
    const why = isUnknown ? `${server} does not know RayCluster` : cause.message;
    throw new UserError(`Cannot run the API server: ${why}`, {
      cause,
      ...(isUnknown && { hint: "Bring the CRDs: heliostat crds | kubectl apply --server-side -f -" }),
    });
  }
}

function asUserError(error: unknown): unknown {
  if (error instanceof IdentityError) return new UserError(error.message, { cause: error });
  const text = error instanceof Error ? error.message : "";
  if (!/EADDRINUSE|EADDRNOTAVAIL|EACCES|ENOTFOUND|EAI_AGAIN/.test(text)) return error;
  return new UserError(`Cannot listen: ${text}`, {
    cause: error,
    hint: "Name other addresses with --http HOST:PORT and --grpc HOST:PORT",
  });
}
