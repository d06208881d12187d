import { hostname } from "node:os";
import { leadWhenElected, runControllers } from "@heliostat/controller";
import { isKubeError, type KubeClient, type Logger } from "@heliostat/kube";
import { kubeHttp } from "@heliostat/kube-http";
import { OPERATOR_PROJECTIONS, type OperatorSettings, reconcilers } from "@heliostat/operator";
import { OPERATOR_VERSION, RAY_CLUSTERS } from "@heliostat/ray";
import { type ClusterChoice, clusterAccess } from "../cluster/cluster-access.ts";
import { installCrds } from "../cluster/install-crds.ts";
import type { Config } from "../config.ts";
import { type ListenAddress, type MetricsPages, serveMetrics } from "../metrics/metrics-server.ts";
import { type OperatorMetrics, operatorMetrics } from "../metrics/operator-metrics.ts";
import { idleWorkers } from "../ray/idle-workers.ts";
import type { OperatorConfiguration } from "../settings/configuration-file.ts";
import { type OperatorSettingFlags, operatorSettings } from "../settings/operator-settings.ts";
import { usesRoutes } from "../settings/uses-routes.ts";
import { systemClock, systemRandom } from "../system/clock.ts";
import { type LogLevel, stderrLogger } from "../system/logger.ts";
import { UserError } from "../user-error.ts";

export interface OperatorCommandOptions extends ClusterChoice, OperatorSettingFlags {
  /** What a file says besides. */
  readonly configuration?: OperatorConfiguration;
  /** Look at these only; none means all. */
  readonly namespaces: readonly string[];
  /** Serve metrics and health here. @default nowhere */
  readonly metricsListen?: ListenAddress;
  /** Keys that one reconciler looks at side by side. */
  readonly reconcileConcurrency: number;
  /** Requests to the API under way at a time. */
  readonly maxInFlight: number;
  readonly installsCrds: boolean;
  /** Act only while holding the Lease, so that several operators may stand by. */
  readonly electsLeader: boolean;
  readonly logLevel: LogLevel;
}

const LEASE_NAME = "heliostat-operator";

/** Run the operator on a cluster that is there already, until Ctrl-C. @throws UserError */
export async function operator(
  options: OperatorCommandOptions,
  { config, signal }: { readonly config: Config; readonly signal: AbortSignal },
): Promise<void> {
  const access = clusterAccess(options, config, systemClock);
  const given = operatorSettings(options, {
    environment: config.environment,
    ...(options.configuration && { configuration: options.configuration }),
    ...(config.inCluster && { ownNamespace: access.namespace }),
  });
  const { maxInFlight, namespaces } = options;
  const cluster = kubeHttp(access, {
    userAgent: `${LEASE_NAME}/${OPERATOR_VERSION}`,
    proxies: config.proxies,
    maxConnections: maxInFlight,
  });
  const logger = stderrLogger(options.logLevel);
  const post = await openPost(options, logger);
  const client = post.metrics.client(cluster.client);
  try {
    await prepared(client, { ...options, server: access.server, logger, signal });
    const settings = {
      ...given,
      usesRoutes: await usesRoutes(cluster.wire, { environment: config.environment, signal }),
      idleWorkers: idleWorkers({ client, node: cluster.node }),
    };
    post.becomeReady();
    logger.info("Operator starts", { server: access.server, namespaces: namespaces.join(", ") || "all" });
    if (!options.electsLeader) return await reconcile({ client, signal, logger, post, settings }, options);
    await leadWhenElected({
      client,
      lease: { namespace: namespaces[0] ?? access.namespace, name: LEASE_NAME },
      identity: `${hostname()}_${systemRandom.uuid()}`,
      clock: systemClock,
      random: systemRandom,
      signal,
      logger,
      lead: (leadership) => reconcile({ ...leadership, logger, post, settings }, options),
    });
  } catch (error) {
    // Whoever stops us in the middle of the preparations has not met an error.
    if (!signal.aborted) throw error;
  } finally {
    await post.close();
    await cluster.close();
  }
}

/** What the operator measures, and where it tells of it. */
interface Post {
  readonly metrics: OperatorMetrics;
  /** From now on `/readyz` says so: whoever stands by for another leader is ready too. */
  becomeReady(): void;
  close(): Promise<void>;
}

async function openPost({ metricsListen }: OperatorCommandOptions, logger: Logger): Promise<Post> {
  let isReady = false;
  const metrics = operatorMetrics({ nowMs: () => performance.now() });
  const pages: MetricsPages = {
    contentType: metrics.contentType,
    text: () => metrics.text(),
    whyNotReady: () => (isReady ? undefined : "The operator has not reached the API yet"),
  };
  const server = metricsListen && (await serveMetrics(pages, metricsListen));
  if (server) logger.info("Metrics are served", { url: `${server.url}/metrics` });
  return {
    metrics,
    becomeReady: () => {
      isReady = true;
    },
    close: async () => server?.close(),
  };
}

interface Preparation extends OperatorCommandOptions {
  readonly server: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** What is wrong from the beginning is told at once, and not by a log that repeats it for ever. */
async function prepared(client: KubeClient, preparation: Preparation): Promise<void> {
  const { installsCrds, namespaces, server, logger, signal } = preparation;
  try {
    if (installsCrds) await installCrds({ client, clock: systemClock, logger, signal });
    for (const scope of scopesOf(namespaces)) await client.list(RAY_CLUSTERS, { limit: 1, signal, ...scope });
  } catch (cause) {
    if (signal.aborted || !isKubeError(cause)) throw cause;
    const isUnknown = cause.reason === "NotFound";
    throw new UserError(
      isUnknown
        ? `Cannot run the operator: ${server} does not know RayCluster`
        : `Cannot run the operator: ${cause.message}`,
      { cause, ...(isUnknown && { hint: "Let it bring the CRDs with --install-crds" }) },
    );
  }
}

interface Workplace {
  readonly client: KubeClient;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly post: Post;
  readonly settings: OperatorSettings;
}

/** A set of controllers for every namespace; they share what may be in flight. */
async function reconcile(
  { post, settings, ...workplace }: Workplace,
  { namespaces, reconcileConcurrency, maxInFlight }: OperatorCommandOptions,
): Promise<void> {
  const scopes = scopesOf(namespaces);
  const running = scopes.map((scope) =>
    runControllers(post.metrics.reconcilers(reconcilers(settings)), {
      ...workplace,
      ...scope,
      clock: systemClock,
      random: systemRandom,
      projections: OPERATOR_PROJECTIONS,
      workers: reconcileConcurrency,
      maxInFlight: Math.max(1, Math.floor(maxInFlight / scopes.length)),
    }),
  );
  post.metrics.follow(running);
  void Promise.all(running.map(({ hasSynced }) => hasSynced)).then(() =>
    workplace.logger.info("Operator reconciles"),
  );
  await Promise.all(running.map(({ stopped }) => stopped));
}

function scopesOf(namespaces: readonly string[]): readonly { readonly namespace?: string }[] {
  return namespaces.length === 0 ? [{}] : namespaces.map((namespace) => ({ namespace }));
}
