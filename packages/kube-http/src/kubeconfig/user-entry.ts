import { readFileSync } from "node:fs";
import type { Clock } from "@heliostat/kube";
import type { Impersonation } from "../access/cluster-access.ts";
import { ClusterAccessError } from "../access/cluster-access-error.ts";
import { type CredentialSource, secretCredentials, type UserSecrets } from "../access/credential.ts";
import { ExecCredentials } from "../access/exec-credentials.ts";
import type { ExecPlugin } from "../access/exec-plugin.ts";
import { FileText, fixedText, type TextSource } from "../access/text-source.ts";
import { pemSource } from "./cluster-entry.ts";
import type { ClusterEntry, ExecEntry, UserEntry } from "./kubeconfig.ts";

/** Where a user entry stands: for its messages, and for what its plugin is told. */
export interface UserOrigin {
  readonly userName: string;
  readonly cluster: ClusterEntry;
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** @throws ClusterAccessError for what is contradictory, and for plugins that need a person */
export function userCredentials(user: UserEntry, origin: UserOrigin): CredentialSource {
  const provider = user["auth-provider"];
  if (provider) {
    throw unusable(
      origin,
      `auth-provider "${provider.name}" is gone from Kubernetes; use a credential plugin (exec)`,
    );
  }
  if (user.exec) return new ExecCredentials(execPlugin(user.exec, origin), origin);
  return secretCredentials(userSecrets(user, origin));
}

/** @throws ClusterAccessError when it is not said who is impersonated */
export function impersonationOf(user: UserEntry, origin: UserOrigin): Impersonation | undefined {
  const { as, "as-uid": uid, "as-groups": groups, "as-user-extra": extra } = user;
  if (!as) {
    if (uid || groups?.length || extra) throw unusable(origin, "as-uid, as-groups and as-user-extra need as");
    return undefined;
  }
  return { user: as, ...(uid && { uid }), ...(groups && { groups }), ...(extra && { extra }) };
}

function userSecrets(user: UserEntry, origin: UserOrigin): UserSecrets {
  const { clock } = origin;
  const token = tokenSource(user, clock);
  const { username, password = "" } = user;
  if (token && username) throw unusable(origin, "it has a token and a username, of which one must go");
  const certificate = pemSource(user["client-certificate-data"], user["client-certificate"], clock);
  const key = pemSource(user["client-key-data"], user["client-key"], clock);
  if (certificate && !key) throw unusable(origin, "it has a client certificate and no client key");
  if (key && !certificate) throw unusable(origin, "it has a client key and no client certificate");
  return {
    ...(token && { token }),
    ...(username && { basic: { username, password } }),
    ...(certificate && key && { certificate: { certificate, key } }),
  };
}

/** Kubernetes convention: the file wins, since it is the one that is kept fresh. */
function tokenSource({ token, tokenFile }: UserEntry, clock: Clock): TextSource | undefined {
  if (tokenFile) return new FileText(tokenFile, clock);
  return token ? fixedText(token) : undefined;
}

const EXEC_VERSIONS: readonly string[] = [
  "client.authentication.k8s.io/v1",
  "client.authentication.k8s.io/v1beta1",
];

function execPlugin(exec: ExecEntry, origin: UserOrigin): ExecPlugin {
  const { apiVersion = "", command, interactiveMode, provideClusterInfo = false } = exec;
  if (!command) throw unusable(origin, "exec.command is missing");
  if (!EXEC_VERSIONS.includes(apiVersion)) {
    throw unusable(origin, `exec.apiVersion is "${apiVersion}", want ${EXEC_VERSIONS.join(" or ")}`);
  }
  checkInteractiveMode(interactiveMode, apiVersion, origin);
  return {
    apiVersion,
    command,
    args: exec.args ?? [],
    env: Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value])),
    ...(provideClusterInfo && { cluster: clusterInfo(origin.cluster) }),
    ...(exec.installHint && { installHint: exec.installHint }),
  };
}

/** We are a service: nobody sits there whom a plugin could ask. */
function checkInteractiveMode(mode: string | undefined, apiVersion: string, origin: UserOrigin): void {
  if (mode === "Always") {
    throw unusable(
      origin,
      'exec.interactiveMode is "Always", and there is nobody to ask; log in another way, or have the plugin run without questions',
    );
  }
  if (mode === undefined && apiVersion.endsWith("/v1")) {
    throw unusable(origin, "exec.interactiveMode is missing, which client.authentication.k8s.io/v1 requires");
  }
  if (mode !== undefined && mode !== "Never" && mode !== "IfAvailable") {
    throw unusable(origin, `exec.interactiveMode is "${mode}", want Never, IfAvailable or Always`);
  }
}

const EXEC_EXTENSION = "client.authentication.k8s.io/exec";

/** The cluster as `ExecCredential.spec.cluster` spells it. */
function clusterInfo(cluster: ClusterEntry): object {
  const config = cluster.extensions?.find(({ name }) => name === EXEC_EXTENSION)?.extension;
  return {
    server: cluster.server,
    "tls-server-name": cluster["tls-server-name"],
    "insecure-skip-tls-verify": cluster["insecure-skip-tls-verify"],
    "certificate-authority-data": cluster["certificate-authority-data"] ?? fileAsBase64(cluster),
    "proxy-url": cluster["proxy-url"],
    config,
  };
}

function fileAsBase64({ "certificate-authority": path }: ClusterEntry): string | undefined {
  if (!path) return undefined;
  try {
    return readFileSync(path).toString("base64");
  } catch (cause) {
    throw new ClusterAccessError(`Cannot read "${path}": ${(cause as Error).message}`, { cause });
  }
}

function unusable({ userName }: UserOrigin, why: string): ClusterAccessError {
  return new ClusterAccessError(`Cannot use user "${userName}": ${why}`);
}
