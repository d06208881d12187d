import { CUSTOM_RESOURCE_DEFINITIONS, type KubeClient, type KubeWire, NAMESPACES } from "@heliostat/kube";
import { embeddedKubernetes } from "@heliostat/kube-embedded";
import { type ClusterAccess, kubeHttp } from "@heliostat/kube-http";
import { OPERATOR_VERSION, rayCrds } from "@heliostat/ray";
import type { Config } from "../config.ts";
import { systemClock, systemRandom } from "../system/clock.ts";
import { UserError } from "../user-error.ts";
import { type ClusterChoice, clusterAccess } from "./cluster-access.ts";

/** A cluster that a command looks at. */
export interface OpenCluster {
  readonly client: KubeClient;
  /** Absent where there is none to ask. */
  readonly wire?: KubeWire;
  /** For sentences: the server's address, or what stands in for one. */
  readonly name: string;
  /** The namespace that the kubeconfig's context names. */
  readonly namespace: string;
  close(): Promise<void>;
}

/**
 * The cluster that the person means.
 *
 * @param hint what else to do where there is none
 * @throws UserError when what is named cannot be used
 */
export function openCluster(choice: ClusterChoice, config: Config, hint?: string): OpenCluster {
  const access = accessOrHint(choice, config, hint);
  const cluster = kubeHttp(access, { userAgent: `heliostat/${OPERATOR_VERSION}`, proxies: config.proxies });
  return {
    client: cluster.client,
    wire: cluster.wire,
    name: access.server,
    namespace: access.namespace,
    close: () => cluster.close(),
  };
}

function accessOrHint(choice: ClusterChoice, config: Config, hint: string | undefined): ClusterAccess {
  try {
    return clusterAccess(choice, config, systemClock);
  } catch (cause) {
    if (hint === undefined || !(cause instanceof UserError)) throw cause;
    throw new UserError(cause.message, { hint, cause });
  }
}

/** A cluster that holds nothing but the Ray CRDs and some namespaces, in memory, for as long as it is looked at. */
export async function emptyCluster(namespaces: readonly string[]): Promise<OpenCluster> {
  const embedded = embeddedKubernetes({ clock: systemClock, random: systemRandom });
  await embedded.start();
  const client = embedded.client("heliostat");
  for (const definition of rayCrds()) await client.create(CUSTOM_RESOURCE_DEFINITIONS, definition);
  for (const name of new Set(namespaces)) {
    if (name === "default") continue;
    await client.create(NAMESPACES, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
  return { client, name: "an empty cluster", namespace: "default", close: () => embedded.close() };
}
