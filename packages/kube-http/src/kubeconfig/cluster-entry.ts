import type { Clock } from "@heliostat/kube";
import type { ServerTrust } from "../access/cluster-access.ts";
import { ClusterAccessError } from "../access/cluster-access-error.ts";
import { FileText, fixedText, type TextSource } from "../access/text-source.ts";
import type { ClusterEntry } from "./kubeconfig.ts";

/** The URL of a cluster, without a slash at its end; `https` where none is named. @throws ClusterAccessError */
export function serverUrl({ server }: ClusterEntry, name: string): string {
  if (!server) throw new ClusterAccessError(`Cannot use cluster "${name}": it has no server`);
  const url = URL.parse(server.includes("://") ? server : `https://${server}`);
  if (url && /^https?:$/.test(url.protocol)) return url.href.replace(/\/+$/, "");
  throw new ClusterAccessError(
    `Cannot use cluster "${name}": its server "${server}" is no http or https URL`,
  );
}

/** @throws ClusterAccessError when it is both verified and not */
export function clusterTrust(
  cluster: ClusterEntry,
  { name, clock }: { readonly name: string; readonly clock: Clock },
): ServerTrust {
  const authority = pemSource(cluster["certificate-authority-data"], cluster["certificate-authority"], clock);
  const isUnverified = cluster["insecure-skip-tls-verify"] === true;
  if (authority && isUnverified) {
    throw new ClusterAccessError(
      `Cannot use cluster "${name}": it has a certificate authority and insecure-skip-tls-verify, of which one must go`,
    );
  }
  const serverName = cluster["tls-server-name"];
  return { ...(authority && { authority }), ...(serverName && { serverName }), isUnverified };
}

/** Base64 inside of the kubeconfig, or else a file (Kubernetes convention: data wins). */
export function pemSource(
  data: string | undefined,
  path: string | undefined,
  clock: Clock,
): TextSource | undefined {
  if (data) return fixedText(Buffer.from(data, "base64").toString("utf8"));
  return path ? new FileText(path, clock) : undefined;
}
