import type { CredentialSource } from "./credential.ts";
import type { TextSource } from "./text-source.ts";

/** How to reach one API server, and as whom: everything that a kubeconfig or a pod's service account says. */
export interface ClusterAccess {
  /** `https://10.0.0.1:6443`; a path behind it is kept, as gateways in front of many clusters need it. */
  readonly server: string;
  /** Where to work when nobody names a namespace. */
  readonly namespace: string;
  readonly trust: ServerTrust;
  readonly credentials: CredentialSource;
  /** Act as somebody else. */
  readonly impersonation?: Impersonation;
  /** The proxy of this very cluster; it wins over proxies of the environment. */
  readonly proxyUrl?: string;
}

/** By what the server is believed to be the one. */
export interface ServerTrust {
  /** Certificates of the authorities in PEM. @default those that Node knows */
  readonly authority?: TextSource;
  /** The name that the server's certificate must have. @default the host of its URL */
  readonly serverName?: string;
  /** Believe any server. */
  readonly isUnverified: boolean;
}

export interface Impersonation {
  readonly user: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}
