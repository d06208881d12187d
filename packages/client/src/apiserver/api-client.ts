import type { DescService } from "@bufbuild/protobuf";
import {
  type ClusterExtensionService,
  type ClusterService,
  type ComputeTemplateService,
  type RayJobService,
  type RayJobSubmissionService,
  type RayServeService,
  SERVICES,
  type TemplateExtensionService,
} from "@heliostat/proto";
import { type Platform, STANDARD_PLATFORM } from "../platform.ts";
import { type ApiAddress, callMethod, type MethodCall } from "./call-method.ts";
import type { ServiceClient } from "./service-client.ts";

export interface ApiClientOptions {
  /** `http://127.0.0.1:8888` */
  readonly baseUrl: string;
  /** Sent as a bearer token. @default none, for a server that asks nobody */
  readonly token?: string;
  /** How long one call may take. @default 30,000 */
  readonly timeoutMs?: number;
  /** @default the one of Node and of browsers */
  readonly platform?: Platform;
}

/**
 * The Ray API, typed by its proto files: a service is an object, a method a function from request to answer. Every call
 * throws {@link ApiClientError}, or the reason of its signal.
 */
export interface ApiClient {
  readonly templates: ServiceClient<typeof ComputeTemplateService>;
  readonly clusters: ServiceClient<typeof ClusterService>;
  readonly jobs: ServiceClient<typeof RayJobService>;
  readonly services: ServiceClient<typeof RayServeService>;
  readonly submissions: ServiceClient<typeof RayJobSubmissionService>;
  /** What KubeRay's server does not know: scale, update, suspend, find. */
  readonly moreOfClusters: ServiceClient<typeof ClusterExtensionService>;
  readonly moreOfTemplates: ServiceClient<typeof TemplateExtensionService>;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** A client of the API server's HTTP side, for Node and for browsers. It works with KubeRay's server, too. */
export function apiClient(options: ApiClientOptions): ApiClient {
  const { baseUrl, token, timeoutMs = DEFAULT_TIMEOUT_MS, platform = STANDARD_PLATFORM } = options;
  const address: ApiAddress = { baseUrl, platform, timeoutMs, ...(token !== undefined && { token }) };
  return {
    templates: serviceClient(SERVICES.ComputeTemplateService, address),
    clusters: serviceClient(SERVICES.ClusterService, address),
    jobs: serviceClient(SERVICES.RayJobService, address),
    services: serviceClient(SERVICES.RayServeService, address),
    submissions: serviceClient(SERVICES.RayJobSubmissionService, address),
    moreOfClusters: serviceClient(SERVICES.ClusterExtensionService, address),
    moreOfTemplates: serviceClient(SERVICES.TemplateExtensionService, address),
  };
}

function serviceClient<S extends DescService>(service: S, address: ApiAddress): ServiceClient<S> {
  const methods = service.methods.map(
    (method) =>
      [
        method.localName,
        (request: MethodCall["request"], options = {}) =>
          callMethod(address, method, { request, ...options }),
      ] as const,
  );
  // One function a method, as the type says: both are made from the same description.
  return Object.fromEntries(methods) as unknown as ServiceClient<S>;
}
