import type { Clock } from "@heliostat/kube";
import type { ClusterAccess } from "../access/cluster-access.ts";
import { ClusterAccessError } from "../access/cluster-access-error.ts";
import { clusterTrust, serverUrl } from "./cluster-entry.ts";
import { type Kubeconfig, mergedKubeconfig, type Named } from "./kubeconfig.ts";
import { readKubeconfig } from "./read-kubeconfig.ts";
import { impersonationOf, userCredentials } from "./user-entry.ts";

export interface KubeconfigOptions {
  /** Files to be read as one; those that are not there are passed over, as long as one is. */
  readonly paths: readonly string[];
  /** @default the files' `current-context` */
  readonly context?: string;
  readonly clock: Clock;
  /** The environment in which credential plugins run. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * The access that a kubeconfig describes. It understands what kubectl does: certificates and tokens in files or
 * inside, basic authentication, credential plugins, proxies, impersonation; relative paths begin at their file.
 *
 * @throws ClusterAccessError that names the entry and what is wrong with it
 */
export function loadKubeconfig(options: KubeconfigOptions): ClusterAccess {
  const { paths, clock, environment } = options;
  const configs = paths.flatMap((path) => readKubeconfig(path) ?? []);
  if (configs.length === 0) {
    throw new ClusterAccessError(
      `Cannot find a kubeconfig: there is no ${paths.map((path) => `"${path}"`).join(" and no ")}`,
    );
  }
  const config = mergedKubeconfig(configs);
  const context = chosenContext(config, options.context);
  const cluster = entryOf(config.clusters, context.cluster, { kind: "cluster", of: context.name });
  const user = context.user ? entryOf(config.users, context.user, { kind: "user", of: context.name }) : {};
  const origin = { clock, environment, cluster, userName: context.user ?? "" };
  const impersonation = impersonationOf(user, origin);
  return {
    server: serverUrl(cluster, context.cluster ?? ""),
    namespace: context.namespace || "default",
    trust: clusterTrust(cluster, { name: context.cluster ?? "", clock }),
    credentials: userCredentials(user, origin),
    ...(impersonation && { impersonation }),
    ...(cluster["proxy-url"] && { proxyUrl: cluster["proxy-url"] }),
  };
}

interface ChosenContext {
  readonly name: string;
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
}

function chosenContext(config: Kubeconfig, wanted: string | undefined): ChosenContext {
  const name = wanted ?? config.currentContext;
  const known = [...config.contexts.keys()];
  if (name === undefined) {
    throw new ClusterAccessError(
      `Cannot choose a context: no current-context is set (there ${listed(known)})`,
    );
  }
  const context = config.contexts.get(name);
  if (!context) throw new ClusterAccessError(`Cannot use context "${name}": there ${listed(known)}`);
  return { ...context, name };
}

function entryOf<T>(
  entries: Named<T>,
  name: string | undefined,
  { kind, of }: { readonly kind: "cluster" | "user"; readonly of: string },
): T {
  if (!name) throw new ClusterAccessError(`Cannot use context "${of}": it names no ${kind}`);
  const entry = entries.get(name);
  if (entry) return entry;
  throw new ClusterAccessError(`Cannot use context "${of}": there is no ${kind} "${name}"`);
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return "are no contexts";
  return `${names.length === 1 ? "is" : "are"} ${names.map((name) => `"${name}"`).join(", ")}`;
}
