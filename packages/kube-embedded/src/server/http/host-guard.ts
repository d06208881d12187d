import type { IncomingHttpHeaders } from "node:http";
import { isIPv4 } from "node:net";
import { KubeError } from "@heliostat/kube";

/** Addresses under which pods and people reach the API: its certificate names them, and requests must too. */
export const API_HOSTS: readonly string[] = [
  "127.0.0.1",
  "localhost",
  "kubernetes",
  "kubernetes.default",
  "kubernetes.default.svc",
  "kubernetes.default.svc.cluster.local",
  "10.244.0.1",
  "10.96.0.1",
];

/**
 * Refuse what a web page in the user's browser may send: a foreign name that resolves to this machine
 * (DNS rebinding), and any origin but our own.
 *
 * @throws KubeError `Forbidden`
 */
export function refuseForeignHost(headers: IncomingHttpHeaders, hosts: ReadonlySet<string>): void {
  const host = hostOf(headers);
  if (!isOurs(host, hosts)) {
    throw new KubeError("Forbidden", `Cannot answer: "${host}" is not a name of this server`);
  }
  const origin = headers.origin;
  if (origin !== undefined && origin !== `https://${authorityOf(headers)}`) {
    throw new KubeError("Forbidden", `Cannot answer: requests from the web origin "${origin}" are refused`);
  }
}

function authorityOf(headers: IncomingHttpHeaders): string {
  const authority = headers[":authority"] ?? headers.host;
  return typeof authority === "string" ? authority : "";
}

function hostOf(headers: IncomingHttpHeaders): string {
  return authorityOf(headers).replace(/:\d+$/, "").toLowerCase();
}

/** The whole of 127.0.0.0/8 is this machine, and an address cannot be rebound. */
function isOurs(host: string, hosts: ReadonlySet<string>): boolean {
  return hosts.has(host) || (isIPv4(host) && host.startsWith("127.")) || host === "[::1]";
}
