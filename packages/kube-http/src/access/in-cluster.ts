import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "@heliostat/kube";
import type { ClusterAccess } from "./cluster-access.ts";
import { ClusterAccessError } from "./cluster-access-error.ts";
import { secretCredentials } from "./credential.ts";
import { FileText } from "./text-source.ts";

export interface InClusterOptions {
  readonly clock: Clock;
  /** Kubernetes tells each container: `KUBERNETES_SERVICE_HOST`. */
  readonly host: string;
  /** `KUBERNETES_SERVICE_PORT` */
  readonly port: string;
  /** Where the service account is mounted. @default /var/run/secrets/kubernetes.io/serviceaccount */
  readonly folder?: string;
}

/**
 * The access that Kubernetes gives to every pod, by its service account. Token and authority are read again every
 * minute, since the kubelet replaces them.
 *
 * @throws ClusterAccessError when no service account is mounted
 */
export function inClusterAccess(options: InClusterOptions): ClusterAccess {
  const { clock, host, port, folder = SERVICE_ACCOUNT_FOLDER } = options;
  const file = (name: string): FileText => new FileText(join(folder, name), clock);
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    namespace: readNamespace(folder),
    trust: { authority: file("ca.crt"), isUnverified: false },
    credentials: secretCredentials({ token: file("token") }),
  };
}

const SERVICE_ACCOUNT_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";

function readNamespace(folder: string): string {
  try {
    return readFileSync(join(folder, "namespace"), "utf8").trim();
  } catch (cause) {
    const why = `nothing is mounted at "${folder}"`;
    throw new ClusterAccessError(`Cannot use the pod's service account: ${why}`, { cause });
  }
}
