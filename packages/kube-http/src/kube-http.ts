import type { KubeClient, KubeWire, NodePort } from "@heliostat/kube";
import type { ClusterAccess } from "./access/cluster-access.ts";
import { ApiConnection } from "./http/api-connection.ts";
import type { Proxies } from "./http/proxies.ts";
import { HttpKubeClient } from "./http-kube-client.ts";
import { HttpNodePort } from "./node-port/http-node-port.ts";

export interface KubeHttpOptions {
  /** How we present ourselves: `heliostat-operator/0.1.0`. Up to the slash it is the default field manager. */
  readonly userAgent: string;
  /** The proxies of the environment. @default none */
  readonly proxies?: Proxies;
  /** Calls under way at a time; watches and followed logs are not counted. @default 32 */
  readonly maxConnections?: number;
}

/** A real cluster behind its ports. */
export interface KubeHttp {
  readonly client: KubeClient;
  readonly node: NodePort;
  readonly wire: KubeWire;
  /** Drop all connections. What is under way fails. */
  close(): Promise<void>;
}

/** Open the way to a cluster. Nothing is sent before the first call. */
export function kubeHttp(access: ClusterAccess, options: KubeHttpOptions): KubeHttp {
  const connection = new ApiConnection(access, options);
  return {
    client: new HttpKubeClient(connection),
    node: new HttpNodePort(connection),
    wire: { send: (request) => connection.pass(request) },
    close: () => connection.close(),
  };
}
