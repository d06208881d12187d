import {
  type ApiServer,
  apiServer,
  type CertificateSource,
  type HeadAddress,
  handlersOf,
  type ListenAddress,
  startApiCaches,
  streamsOf,
  templateExpansion,
  type V1Alpha2Style,
} from "@heliostat/apiserver";
import type { Authenticator, Authorizer } from "@heliostat/identity";
import type { Clock, KubeClient, KubeWire, Logger, NodePort, Random } from "@heliostat/kube";
import type { RayDashboard } from "@heliostat/ray";

export interface ServedApiOptions {
  readonly client: KubeClient;
  /** The same cluster, for requests that are passed on. */
  readonly wire: KubeWire;
  readonly nodePort: NodePort;
  readonly dashboardOf: (address: HeadAddress) => RayDashboard | Promise<RayDashboard>;
  readonly identity: ApiIdentity;
  readonly http: ListenAddress;
  readonly grpc: ListenAddress;
  /** See one namespace only. */
  readonly namespace?: string;
  /** @default in clear */
  readonly tls?: CertificateSource;
  readonly corsOrigin?: string;
  readonly v1alpha2Style?: V1Alpha2Style;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Who calls the API, and may they. */
export interface ApiIdentity {
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  /** Whether the names of callers mean something. */
  readonly namesCallers: boolean;
}

/** Ray's version of clusters whose request names none. */
const DEFAULT_RAY_VERSION = "2.52.0";

/** The API server on a cluster: caches, handlers, and both transports. @throws Error when an address is taken */
export async function servedApi(options: ServedApiOptions): Promise<ApiServer> {
  const { client, dashboardOf, identity, clock, random, logger, namespace, corsOrigin, v1alpha2Style } =
    options;
  const stopping = new AbortController();
  const caches = startApiCaches(client, {
    clock,
    random,
    logger,
    signal: stopping.signal,
    ...(namespace !== undefined && { namespace }),
  });
  let isReady = false;
  void caches.hasSynced.then(() => {
    isReady = true;
  });
  const stopCaches = async (): Promise<void> => {
    stopping.abort();
    await caches.stopped;
  };
  try {
    const settings = { defaultRayVersion: DEFAULT_RAY_VERSION, recordsCallers: identity.namesCallers };
    const ports = { client, caches, clock, dashboardOf, settings };
    const server = await apiServer({
      handlers: handlersOf(ports),
      streams: streamsOf(ports),
      ...identity,
      clock,
      random,
      logger,
      http: options.http,
      grpc: options.grpc,
      kubeApi: {
        wire: options.wire,
        reader: client,
        nodePort: options.nodePort,
        expansion: templateExpansion({ client, caches }),
      },
      hasProcessMetrics: true,
      isReady: () => isReady,
      ...(options.tls && { tls: options.tls }),
      ...(corsOrigin !== undefined && { corsOrigin }),
      ...(v1alpha2Style !== undefined && { v1alpha2Style }),
    });
    return {
      ...server,
      async stop() {
        await server.stop();
        await stopCaches();
      },
    };
  } catch (error) {
    await stopCaches();
    throw error;
  }
}
