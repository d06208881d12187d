import { type KubeClient, NAMESPACES } from "@heliostat/kube";
import { embeddedKubernetes } from "@heliostat/kube-embedded";
import { kubeHttp } from "@heliostat/kube-http";
import { rayCrds } from "@heliostat/ray";
import { OPERATOR_VERSION } from "@heliostat/ray";
import { CUSTOM_RESOURCE_DEFINITIONS } from "@heliostat/kube";
import type { Config } from "../config.ts";
import { systemClock, systemRandom } from "../system/clock.ts";
import { type ClusterChoice, clusterAccess } from "./cluster-access.ts";

/** A cluster that a command looks at. */
export interface OpenCluster {
  readonly client: KubeClient;
  /** For sentences: the server's address, or what stands in for one. */
  readonly name: string;
  /** The namespace that the kubeconfig's context names. */
  readonly namespace: string;
  close(): Promise<void>;
}

/** The cluster that the person means. @throws UserError when what is named cannot be used */
export function openCluster(choice: ClusterChoice, config: Config): OpenCluster {
  const access = clusterAccess(choice, config, systemClock);
  const cluster = kubeHttp(access, { userAgent: `heliostat/${OPERATOR_VERSION}`, proxies: config.proxies });
  return {
    client: cluster.client,
    name: access.server,
    namespace: access.namespace,
    close: () => cluster.close(),
  };
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
