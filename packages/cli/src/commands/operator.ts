import { hostname } from "node:os";
import { leadWhenElected, runControllers } from "@heliostat/controller";
import { isKubeError, type KubeClient, type Logger } from "@heliostat/kube";
import { type KubeHttp, kubeHttp } from "@heliostat/kube-http";
import { OPERATOR_PROJECTIONS, reconcilers } from "@heliostat/operator";
import { OPERATOR_VERSION, RAY_CLUSTERS } from "@heliostat/ray";
import { type ClusterChoice, clusterAccess } from "../cluster/cluster-access.ts";
import { installCrds } from "../cluster/install-crds.ts";
import type { Config } from "../config.ts";
import { systemClock, systemRandom } from "../system/clock.ts";
import { type LogLevel, stderrLogger } from "../system/logger.ts";
import { UserError } from "../user-error.ts";

export interface OperatorCommandOptions extends ClusterChoice {
  /** Look at one namespace only. */
  readonly namespace?: string;
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
  const cluster = kubeHttp(access, {
    userAgent: `${LEASE_NAME}/${OPERATOR_VERSION}`,
    proxies: config.proxies,
  });
  const logger = stderrLogger(options.logLevel);
  const { client } = cluster;
  try {
    await prepared(cluster, { ...options, server: access.server, logger, signal });
    logger.info("Operator starts", { server: access.server, namespace: options.namespace ?? "all" });
    if (!options.electsLeader) return await reconcile({ client, signal, logger }, options);
    await leadWhenElected({
      client,
      lease: { namespace: options.namespace ?? access.namespace, name: LEASE_NAME },
      identity: `${hostname()}_${systemRandom.uuid()}`,
      clock: systemClock,
      random: systemRandom,
      signal,
      logger,
      lead: (leadership) => reconcile({ ...leadership, logger }, options),
    });
  } catch (error) {
    // Whoever stops us in the middle of the preparations has not met an error.
    if (!signal.aborted) throw error;
  } finally {
    await cluster.close();
  }
}

interface Preparation extends OperatorCommandOptions {
  readonly server: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** What is wrong from the beginning is told at once, and not by a log that repeats it for ever. */
async function prepared({ client }: KubeHttp, preparation: Preparation): Promise<void> {
  const { installsCrds, namespace, server, logger, signal } = preparation;
  try {
    if (installsCrds) await installCrds({ client, clock: systemClock, logger, signal });
    await client.list(RAY_CLUSTERS, { limit: 1, signal, ...(namespace !== undefined && { namespace }) });
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
}

async function reconcile(workplace: Workplace, { namespace }: OperatorCommandOptions): Promise<void> {
  const running = runControllers(reconcilers(), {
    ...workplace,
    clock: systemClock,
    random: systemRandom,
    projections: OPERATOR_PROJECTIONS,
    ...(namespace !== undefined && { namespace }),
  });
  void running.hasSynced.then(() => workplace.logger.info("Operator reconciles"));
  await running.stopped;
}
