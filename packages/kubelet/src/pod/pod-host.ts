import type { EventRecorder } from "@heliostat/controller";
import type { Clock, KubeClient, Logger, ObjectName, Random, Service } from "@heliostat/kube";
import type { ContainerRuntime } from "../runtime/container-runtime.ts";
import type { ApiServerAddress } from "./service-env.ts";

/** The node as its pods know it: what every pod's worker may use, and what it may tell its containers. */
export interface PodHost {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly runtime: ContainerRuntime;
  readonly events: EventRecorder;
  readonly nodeName: string;
  readonly hostIp: string;
  readonly allocatable: Readonly<Record<string, string>>;
  /** Where pods reach the API. */
  readonly apiServer: ApiServerAddress;
  /** PEM of the authority that signed the API's certificate. */
  readonly caCertificate: string;
  readonly issueToken: TokenIssuer;
  readonly logLimitBytes: number;
  /** The services of a namespace, as they were a moment ago. */
  servicesIn(namespace: string): readonly Service[];
}

/** Sign a token for a service account, bound to a pod. */
export type TokenIssuer = (request: TokenRequest) => Promise<string>;

export interface TokenRequest {
  readonly serviceAccount: Required<ObjectName>;
  readonly pod: { readonly name: string; readonly uid: string };
  /** @default the API's own */
  readonly audience?: string;
  readonly expirationSeconds: number;
}
