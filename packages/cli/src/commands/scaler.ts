import { once } from "node:events";
import { hostname } from "node:os";
import { nodeHttpGet } from "@heliostat/identity";
import { isKubeError } from "@heliostat/kube";
import { kubeHttp } from "@heliostat/kube-http";
import { OPERATOR_VERSION } from "@heliostat/ray";
import { DEFAULT_NAMESPACE, type Scaler, type ScalerOptions, startScaler } from "@heliostat/scaler";
import { clusterAccess } from "../cluster/cluster-access.ts";
import type { Config } from "../config.ts";
import { callerSource } from "../identity/scaler-identity.ts";
import { tierSource } from "../scaler/tier-choice.ts";
import { systemClock, systemRandom } from "../system/clock.ts";
import type { Following } from "../system/followed-files.ts";
import { stderrLogger } from "../system/logger.ts";
import { UserError } from "../user-error.ts";
import type { ScalerContext, ScalerFlags } from "./scaler-options.ts";

/** Serve until Ctrl-C. @throws UserError */
export async function scaler(flags: ScalerFlags, { config, signal }: ScalerContext): Promise<void> {
  const access = clusterAccess(flags, config, systemClock);
  const cluster = kubeHttp(access, {
    userAgent: `heliostat-scaler/${OPERATOR_VERSION}`,
    proxies: config.proxies,
  });
  const logger = stderrLogger(flags.logLevel);
  const settings = settingsOf(flags, config);
  const ending = new AbortController();
  const following = { clock: systemClock, logger, signal: AbortSignal.any([signal, ending.signal]) };
  try {
    const scaling = await started({
      ...(await sources(flags, { client: cluster.client, config, following })),
      client: cluster.client,
      clock: systemClock,
      random: systemRandom,
      logger,
      settings,
      listen: flags.listen,
      instance: hostname(),
    });
    logger.info("Scaler listens", { url: scaling.url, server: access.server, namespace: settings.namespace });
    void scaling.isReady.then(() => logger.info("Scaler is ready", { url: scaling.url }));
    if (!signal.aborted) await once(signal, "abort");
    await scaling.stop();
  } finally {
    ending.abort();
    await cluster.close();
  }
}

interface SourceGround extends Pick<ScalerOptions, "client"> {
  readonly config: Config;
  readonly following: Following;
}

async function sources(
  flags: ScalerFlags,
  { client, config, following }: SourceGround,
): Promise<Pick<ScalerOptions, "authenticator" | "authorizer" | "tiers">> {
  const dominoUrl = config.environment["DOMINO_NUCLEUS_URI"];
  const common = { client, clock: systemClock, following, proxies: config.proxies };
  const ground = { ...common, get: nodeHttpGet(), dominoUrl };
  return {
    ...(await callerSource(flags, ground)),
    tiers: tierSource({
      ...ground,
      file: flags.tiers,
      isDomino: flags.identity.provider === "domino",
    }),
  };
}

/** Start, and say what is wrong with the address. @throws UserError */
async function started(options: ScalerOptions): Promise<Scaler> {
  try {
    return await startScaler(options);
  } catch (cause) {
    if (isKubeError(cause)) throw cause;
    const { host, port } = options.listen;
    throw new UserError(`Cannot listen on ${host}:${port}: ${(cause as Error).message}`, {
      hint: "Name another address with --listen HOST:PORT; port 0 takes a free one",
      cause,
    });
  }
}

function settingsOf(flags: ScalerFlags, { environment }: Config): ScalerOptions["settings"] {
  const {
    namespace = environment["COMPUTE_NAMESPACE"] ?? DEFAULT_NAMESPACE,
    maxReplicas,
    mode,
    tellApart,
    wholeTier,
    requestsPerMinute,
  } = flags;
  return {
    namespace,
    oldRoutesMode: mode,
    tellsApart: tellApart,
    showsWholeTier: wholeTier,
    requestsPerMinute,
    ...(maxReplicas !== undefined && { maxReplicas }),
  };
}
