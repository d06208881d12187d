import { type HardwareTier, tiersFromDomino } from "@heliostat/engines";
import {
  askDomino,
  type Credentials,
  type DominoOptions,
  digestText,
  IdentityError,
  TimedCache,
} from "@heliostat/identity";

/** Where hardware tiers come from. */
export interface TierSource {
  /** Those that the bearer of the credentials may use. @throws IdentityError `Unavailable` */
  tiersOf(credentials: Credentials): Promise<readonly HardwareTier[]>;
}

/** The same tiers for everybody. */
export function fixedTiers(tiers: readonly HardwareTier[]): TierSource {
  return { tiersOf: async () => tiers };
}

const LIFETIME_MS = 60_000;
const MAX_CALLERS = 1000;

/** The tiers that Domino shows to each caller; remembered for a minute. */
export function dominoTiers(options: DominoOptions): TierSource {
  const ask = askDomino("/v4/hardwareTier", options);
  const cache = new TimedCache<readonly HardwareTier[]>({
    clock: options.clock,
    lifetimeMs: () => LIFETIME_MS,
    maxEntries: MAX_CALLERS,
  });
  return {
    tiersOf: (credentials) =>
      cache.get(
        digestText(JSON.stringify([credentials.apiKey ?? null, credentials.bearer ?? null])),
        async () => {
          const answer = await ask(credentials);
          if (answer?.status !== 200)
            throw new IdentityError(
              "Unavailable",
              `Cannot read the hardware tiers: Domino answers ${answer?.status}`,
            );
          return tiersFromDomino(JSON.parse(answer.text));
        },
      ),
  };
}
