import {
  type Clock,
  isKubeError,
  type KubeClient,
  type Logger,
  type MetricsSource,
  type Random,
  SILENT,
} from "@heliostat/kube";
import { ALLOW_ALL_REVIEWS } from "./api/allow-all-reviews.ts";
import type { Reviewer, TokenIssuer } from "./api/api-ground.ts";
import { EmbeddedApi } from "./api/embedded-api.ts";
import type { Caller, KubeApi, UserInfo } from "./api/kube-api.ts";
import { CustomResources } from "./crd/custom-resources.ts";
import { InProcessClient } from "./in-process-client.ts";
import { metricsResources } from "./metrics/metrics-resources.ts";
import { builtinResources } from "./registry/builtin-resources.ts";
import { ResourceRegistry } from "./registry/registry.ts";
import { ServiceAddresses } from "./registry/service-addresses.ts";
import { schemaOf } from "./schema/schema-of.ts";
import type { HistoryLimits } from "./store/history.ts";
import { ObjectStore } from "./store/object-store.ts";

export interface EmbeddedKubernetesOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** @default silent */
  readonly logger?: Logger;
  /** Signs tokens of service accounts. @default nobody: `serviceaccounts/token` is refused */
  readonly tokens?: TokenIssuer;
  /** Answers access reviews. @default everything is allowed */
  readonly reviews?: Reviewer;
  /** Served as `metrics.k8s.io`. @default nobody measures: that group is not served */
  readonly metrics?: MetricsSource;
  /** How many changes are remembered for watches. @default 20,000 of each resource, five minutes */
  readonly history?: HistoryLimits;
}

/** A Kubernetes API in this process: the verbs, what is served, and clients of them. Nothing here does I/O. */
export interface EmbeddedKubernetes {
  readonly api: KubeApi;
  readonly registry: ResourceRegistry;
  /** A client in the name of a user, or of a part of this program. @default `system:admin` */
  client(who?: UserInfo | string): KubeClient;
  /** Create the namespaces that every cluster has, and serve what CustomResourceDefinitions define. */
  start(): Promise<void>;
  /** Stop following CustomResourceDefinitions. Watches end with their own signals. */
  close(): void;
}

/**
 * A Kubernetes API of its own, empty and in memory.
 *
 * It is the API server only: no controllers, no scheduler, no kubelet.
 */
export function embeddedKubernetes(options: EmbeddedKubernetesOptions): EmbeddedKubernetes {
  const { clock, random, logger = SILENT, tokens, reviews = ALLOW_ALL_REVIEWS, history = {} } = options;
  const store = new ObjectStore({ clock, history });
  const { metrics } = options;
  const measured = metrics ? metricsResources(metrics, store) : [];
  const registry = new ResourceRegistry([...builtinResources(), ...measured]);
  const api = new EmbeddedApi({
    store,
    registry,
    clock,
    random,
    reviews,
    schemaOf,
    serviceAddresses: new ServiceAddresses(store),
    ...(tokens && { tokens }),
  });
  const customResources = new CustomResources({ store, registry, api, clock, logger });
  return {
    api,
    registry,
    client: (who = ADMIN) => new InProcessClient({ api, registry, ...identityOf(who) }),
    start: async () => {
      await createNamespaces(api, registry);
      customResources.start();
    },
    close: () => customResources.stop(),
  };
}

const NAMESPACES: readonly string[] = ["default", "kube-system", "kube-public", "kube-node-lease"];
const ADMIN: UserInfo = { name: "system:admin", groups: ["system:masters", "system:authenticated"] };
const API_SERVER: Caller = { user: { ...ADMIN, name: "system:apiserver" }, fieldManager: "kube-apiserver" };

function identityOf(who: UserInfo | string): { readonly user: UserInfo; readonly fieldManager: string } {
  return typeof who === "string"
    ? { user: { ...ADMIN, name: `system:${who}` }, fieldManager: who }
    : { user: who, fieldManager: who.name };
}

async function createNamespaces(api: KubeApi, registry: ResourceRegistry): Promise<void> {
  const resource = registry.find("", "v1", "namespaces");
  if (!resource) throw new Error("Cannot start without namespaces among the built-in kinds");
  for (const name of NAMESPACES) {
    try {
      await api.create({ resource }, { metadata: { name } }, API_SERVER);
    } catch (error) {
      if (!isKubeError(error, "AlreadyExists")) throw error;
    }
  }
}
