import {
  type Clock,
  type KubeClient,
  type Logger,
  type MetricsSource,
  type Random,
  SILENT,
} from "@heliostat/kube";
import { accessControl } from "./access/access-control.ts";
import type { Authorizer } from "./access/authorizer.ts";
import type { TokenReader } from "./access/bearer-tokens.ts";
import { installBootstrap } from "./access/bootstrap/install-bootstrap.ts";
import type { AuthorizationMode } from "./access/policy.ts";
import { RoleAggregation } from "./access/role-aggregation.ts";
import { SecretTokens } from "./access/secret-tokens.ts";
import { admissionChain } from "./api/admission/admission.ts";
import type { Reviewer, TokenIssuer } from "./api/api-ground.ts";
import { EmbeddedApi } from "./api/embedded-api.ts";
import { EventExpiry } from "./api/event-expiry.ts";
import { createInitialObjects } from "./api/initial-objects.ts";
import type { Caller, KubeApi, UserInfo } from "./api/kube-api.ts";
import { SettledApi } from "./api/settled-api.ts";
import { CustomResources } from "./crd/custom-resources.ts";
import { InProcessClient } from "./in-process-client.ts";
import { metricsResources } from "./metrics/metrics-resources.ts";
import { builtinResources } from "./registry/builtin-resources.ts";
import { ResourceRegistry } from "./registry/registry.ts";
import { ServiceAddresses } from "./registry/service-addresses.ts";
import { schemaOf } from "./schema/schema-of.ts";
import type { DurableStore } from "./store/durable-store.ts";
import type { HistoryLimits } from "./store/history.ts";
import { ObjectStore } from "./store/object-store.ts";

export interface EmbeddedKubernetesOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** @default silent */
  readonly logger?: Logger;
  /** Signs tokens of service accounts. @default nobody: `serviceaccounts/token` is refused */
  readonly tokens?: TokenIssuer;
  /** Reads tokens for TokenReview. @default there are none */
  readonly tokenReader?: TokenReader;
  /** The authority behind the server's certificate (PEM), for Secrets that hold tokens. @default they do not say */
  readonly caCertificate?: string;
  /** Who may do what over the network; clients of this process are trusted. @default allow */
  readonly authorization?: AuthorizationMode;
  /** Answers access reviews. @default by the rules of `authorization` */
  readonly reviews?: Reviewer;
  /** Served as `metrics.k8s.io`. @default nobody measures: that group is not served */
  readonly metrics?: MetricsSource;
  /** How many changes are remembered for watches. @default 20,000 of each resource, five minutes */
  readonly history?: HistoryLimits;
  /**
   * Where objects outlive the process: `lmdbStore`, `sqliteStore` or, for tests, `memoryStore`. A write is answered, and
   * watchers are told, once the store has it; what the store refuses is `Unavailable`, and reads go on.
   *
   * @default nowhere
   */
  readonly storage?: DurableStore;
}

/** A Kubernetes API in this process: the verbs, what is served, and clients of them. Nothing here does I/O. */
export interface EmbeddedKubernetes {
  readonly api: KubeApi;
  readonly registry: ResourceRegistry;
  /** Judges requests by the rules of `authorization`; for `serveKubernetes`. */
  readonly authorizer: Authorizer;
  /** A client in the name of a user, or of a part of this program. @default `system:admin` */
  client(who?: UserInfo | string): KubeClient;
  /**
   * Read what is stored, create the namespaces that every cluster has, and serve what CustomResourceDefinitions define.
   *
   * @throws Error when the store cannot be read
   */
  start(): Promise<void>;
  /** Refuse writes from now on, store those that were accepted, and close the store. Watches end with their signals. */
  close(): Promise<void>;
}

/**
 * A Kubernetes API of its own, in memory: empty, or with what its durable store holds.
 *
 * It is the API server only: no controllers, no scheduler, no kubelet.
 */
export function embeddedKubernetes(options: EmbeddedKubernetesOptions): EmbeddedKubernetes {
  const { clock, random, logger = SILENT, tokens, authorization = "allow" } = options;
  const { history = {}, storage, metrics } = options;
  const store = new ObjectStore({ clock, history, logger, ...(storage && { storage }) });
  const access = accessControl({ store, clock, mode: authorization, tokenReader: options.tokenReader });
  const measured = metrics ? metricsResources(metrics, store) : [];
  const registry = new ResourceRegistry([...builtinResources(), ...measured]);
  const ground = {
    store,
    registry,
    clock,
    random,
    reviews: options.reviews ?? access.reviews,
    admission: admissionChain(access.guard ? [access.guard] : []),
    schemaOf,
    serviceAddresses: new ServiceAddresses(store),
    ...(tokens && { tokens }),
  };
  const api = new SettledApi(new EmbeddedApi(ground), store);
  const expiry = new EventExpiry({ store, clock, logger });
  const customResources = new CustomResources({ store, registry, api, clock, logger });
  const secretTokens =
    tokens &&
    new SecretTokens({ store, registry, api, tokens, logger, caCertificate: options.caCertificate });
  const roleAggregation = new RoleAggregation({ store, registry, api, logger });
  return {
    api,
    registry,
    authorizer: access.authorizer,
    client: (who = ADMIN) => new InProcessClient({ api, registry, ...identityOf(who) }),
    start: async () => {
      await store.open();
      expiry.start();
      await createInitialObjects(api, registry, API_SERVER);
      customResources.start();
      if (authorization === "rbac") await installBootstrap(api, registry);
      await roleAggregation.start();
      secretTokens?.start();
    },
    close: async () => {
      customResources.stop();
      roleAggregation.stop();
      secretTokens?.stop();
      expiry.stop();
      await store.close();
    },
  };
}

const ADMIN: UserInfo = { name: "system:admin", groups: ["system:masters", "system:authenticated"] };
const API_SERVER: Caller = { user: { ...ADMIN, name: "system:apiserver" }, fieldManager: "kube-apiserver" };

function identityOf(who: UserInfo | string): { readonly user: UserInfo; readonly fieldManager: string } {
  return typeof who === "string"
    ? { user: { ...ADMIN, name: `system:${who}` }, fieldManager: who }
    : { user: who, fieldManager: who.name };
}
