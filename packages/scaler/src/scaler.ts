import { type Authenticator, type Authorizer, TimedCache } from "@heliostat/identity";
import type { Clock, KubeClient, Logger, Random } from "@heliostat/kube";
import { AccessRules } from "./access/access.ts";
import { OwnerRegister } from "./access/owner-register.ts";
import { AuditTrail } from "./audit/audit-trail.ts";
import { Directory } from "./clusters/directory.ts";
import type { Ground } from "./operations/operation.ts";
import { httpServer } from "./server/http-server.ts";
import { scalerMetrics } from "./server/metrics.ts";
import { OpenConnections } from "./server/open-connections.ts";
import type { ScalerSettings } from "./settings.ts";
import type { TierSource } from "./tiers/tier-source.ts";
import { ClusterWriter } from "./writes/cluster-writer.ts";

export interface ScalerOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly settings: ScalerSettings;
  /** Who calls. Wrap it in a cache where asking costs something. */
  readonly authenticator: Authenticator;
  /** Who may, beside administrators and owners. */
  readonly authorizer?: Authorizer;
  readonly tiers: TierSource;
  /** Where to listen; port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Which of several instances this is, for events. @default scaler */
  readonly instance?: string;
}

export interface Scaler {
  /** `http://127.0.0.1:6000` */
  readonly url: string;
  /** Fulfilled once everything that the API serves has been read; never rejected. */
  readonly isReady: Promise<void>;
  /**
   * Take no more requests, answer those that are under way, dropping what has not ended after a while, and write what is
   * left of the audit trail.
   */
  stop(): Promise<void>;
}

const PROBE_LIFETIME_MS = 1000;
/** How long requests may take to end when the service stops. */
const DRAIN_MS = 10_000;

/**
 * The service: caches of all clusters, and HTTP in front of them.
 *
 * @throws Error when the address cannot be listened on
 */
export async function startScaler(options: ScalerOptions): Promise<Scaler> {
  const { client, clock, random, logger, settings, authorizer, tiers } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const { namespace } = settings;
  const directory = new Directory({ client, clock, random, logger, namespace, signal });
  const audit = new AuditTrail({ client, clock, random, logger, instance: options.instance ?? "scaler" });
  const owners = new OwnerRegister({ client, audit, logger, signal });
  for (const kind of directory.kinds) owners.follow(kind);
  const metrics = scalerMetrics();
  const ground: Ground = {
    ...{ client, clock, directory, owners, audit, tiers, settings },
    access: new AccessRules({ owners, namespace, ...(authorizer && { authorizer }) }),
    writer: new ClusterWriter(client),
    probes: new TimedCache({ clock, lifetimeMs: () => PROBE_LIFETIME_MS, maxEntries: 1 }),
    onScaled: metrics.scaled,
  };
  const app = httpServer({ ...options, ground, metrics });
  const connections = new OpenConnections(app);
  try {
    const url = await app.listen({ host: options.listen.host, port: options.listen.port });
    return { url, isReady: directory.isFilled, stop };
  } catch (error) {
    await stop();
    throw error;
  }

  async function stop(): Promise<void> {
    connections.close();
    const limit = clock.after(DRAIN_MS, () => connections.drop());
    await app.close();
    limit.cancel();
    await owners.flushed();
    await audit.flushed();
    stopping.abort();
  }
}
