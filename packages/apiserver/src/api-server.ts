import type { Authenticator, Authorizer } from "@heliostat/identity";
import type { Clock, KubeReader, Logger, NodePort, Random } from "@heliostat/kube";
import type { FastifyInstance } from "fastify";
import { callMetrics } from "./calls/call-metrics.ts";
import { type Calls, calls } from "./calls/calls.ts";
import { methodsOf } from "./calls/methods.ts";
import { streamMethodsOf } from "./calls/stream-methods.ts";
import { streams } from "./calls/streams.ts";
import type { CertificateSource } from "./certificate.ts";
import { type GrpcServer, grpcServer } from "./grpc/grpc-server.ts";
import type { Handlers, StreamHandlers } from "./handlers.ts";
import type { V1Alpha2Style } from "./http/api-routes.ts";
import { type HttpServer, httpServer } from "./http/http-server.ts";
import { addStreamRoutes } from "./http/stream-routes.ts";
import { addKubeRoutes, type KubeRouteOptions } from "./kube-api/kube-routes.ts";
import { addServiceProxy } from "./proxy/service-proxy.ts";
import { serviceWebSockets } from "./proxy/service-web-sockets.ts";

export interface ApiServerOptions {
  readonly handlers: Handlers;
  /** @default there are no streams */
  readonly streams?: StreamHandlers;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly http: ListenAddress;
  readonly grpc: ListenAddress;
  /** Serve HTTPS, and gRPC over TLS. @default in clear */
  readonly tls?: CertificateSource;
  /** The longest that a call may take. @default 60 s (KubeRay: `-grpc_timeout`) */
  readonly deadlineMs?: number;
  /** The largest body and the largest message that are read. @default 4 MiB */
  readonly bodyBytesMax?: number;
  /** The origin from which browsers may call, or `*`. @default none */
  readonly corsOrigin?: string;
  /** @default document */
  readonly v1alpha2Style?: V1Alpha2Style;
  /** Whether what the handlers read from is there. @default always */
  readonly isReady?: () => boolean;
  /** What Kubernetes' own API, as far as it is about Ray, is served from. @default it is not served */
  readonly kubeApi?: KubeApiPorts;
  /** Tell of this process in the metrics, too. @default false */
  readonly hasProcessMetrics?: boolean;
}

interface KubeApiPorts extends Pick<KubeRouteOptions, "wire" | "expansion"> {
  /** Finds services, and what patches are about. */
  readonly reader: KubeReader;
  /** The way into pods, for the service proxy. */
  readonly nodePort: NodePort;
}

export interface ListenAddress {
  readonly host: string;
  /** 0 for any. */
  readonly port: number;
}

export interface ApiServer {
  /** `http://127.0.0.1:8888` */
  readonly httpUrl: string;
  /** `127.0.0.1:8887` */
  readonly grpcAddress: string;
  /**
   * Take no new calls and let those that are worked on end, dropping what has not ended after a while. Streams are told;
   * idle connections and half-sent requests are closed at once.
   */
  stop(): Promise<void>;
}

const DEADLINE_MS = 60_000;
const BODY_BYTES_MAX = 4 * 1024 * 1024;
/** How long calls may take to end when the server stops. */
const DRAIN_MS = 10_000;

/** The API of KubeRay's API server over gRPC and HTTP. @throws Error when an address is taken */
export async function apiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { clock, random, deadlineMs = DEADLINE_MS, bodyBytesMax = BODY_BYTES_MAX } = options;
  const metrics = callMetrics({ hasProcessMetrics: options.hasProcessMetrics ?? false });
  const methods = methodsOf(options.handlers);
  const streamMethods = options.streams ? streamMethodsOf(options.streams) : [];
  const { authenticator, authorizer, logger } = options;
  const answering = calls({ authenticator, authorizer, metrics, clock, logger, deadlineMs });
  const stopping = new AbortController();
  const both = {
    calls: answering,
    streams: streams({ calls: answering, metrics, clock, logger }),
    streamMethods,
    stopping: stopping.signal,
    random,
  };
  const grpc = await grpcServer(methods, {
    ...both,
    clock,
    address: options.grpc,
    ...(options.tls && { tls: options.tls }),
    messageBytesMax: bodyBytesMax,
  });
  try {
    const http = await httpServer({
      ...both,
      ...options.http,
      ...(options.tls && { tls: options.tls }),
      methods,
      hasKubeApi: options.kubeApi !== undefined,
      metrics,
      logger,
      bodyBytesMax,
      v1alpha2Style: options.v1alpha2Style ?? "document",
      isReady: options.isReady ?? (() => true),
      upgrades: options.kubeApi && serviceWebSockets({ ...both, ...options.kubeApi }),
      addRoutes(app) {
        addStreamRoutes(app, both);
        addKubeApi(app, { ...both, logger, kubeApi: options.kubeApi });
      },
      ...(options.corsOrigin !== undefined && { corsOrigin: options.corsOrigin }),
    });
    return served({ grpc, http, options, stopping });
  } catch (error) {
    grpc.close();
    throw error;
  }
}

interface KubeApiRoutes {
  readonly calls: Calls;
  readonly logger: Logger;
  readonly kubeApi: KubeApiPorts | undefined;
  readonly stopping: AbortSignal;
}

function addKubeApi(app: FastifyInstance, { kubeApi, ...common }: KubeApiRoutes): void {
  if (kubeApi === undefined) return;
  addKubeRoutes(app, { ...common, ...kubeApi });
  addServiceProxy(app, { ...common, ...kubeApi });
}

interface Servers {
  readonly grpc: GrpcServer;
  readonly http: HttpServer;
  readonly options: ApiServerOptions;
  /** Ends the streams, which would go on for ever. */
  readonly stopping: AbortController;
}

function served({ grpc, http, options, stopping }: Servers): ApiServer {
  return {
    httpUrl: `${options.tls ? "https" : "http"}://${addressText({ ...options.http, port: http.port })}`,
    grpcAddress: addressText({ ...options.grpc, port: grpc.port }),
    async stop() {
      stopping.abort();
      const limit = options.clock.after(DRAIN_MS, () => {
        grpc.close();
        http.close();
      });
      await Promise.all([grpc.drain(), http.drain()]);
      limit.cancel();
    },
  };
}

function addressText({ host, port }: ListenAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
