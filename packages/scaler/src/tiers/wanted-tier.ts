import {
  type HardwareTier,
  isTierFor,
  type KindDriver,
  restrictionText,
  type TierReference,
  tierNamed,
} from "@heliostat/engines";
import { type Credentials, IdentityError } from "@heliostat/identity";
import { ScalerError } from "../answers/answer.ts";
import type { TierSource } from "./tier-source.ts";

export interface TierWish {
  readonly reference: TierReference;
  readonly driver: KindDriver;
  readonly credentials: Credentials;
}

/**
 * The hardware tier that a caller names, as far as that caller may use it for this kind.
 *
 * @throws ScalerError `invalid_hw_tier` in the words that clients know, `tiers_unavailable`
 */
export async function wantedTier(
  source: TierSource,
  { reference, driver, credentials }: TierWish,
): Promise<HardwareTier> {
  const tier = tierNamed(await tiersOf(source, credentials), reference);
  if (!tier) throw invalidTier(`Hardware tier not found: ${reference.text}`);
  if (!isTierFor(tier, driver.engine)) throw invalidTier(restrictionText(tier));
  return tier;
}

/** @throws ScalerError `tiers_unavailable` */
export async function tiersOf(
  source: TierSource,
  credentials: Credentials,
): Promise<readonly HardwareTier[]> {
  try {
    return await source.tiersOf(credentials);
  } catch (cause) {
    if (!(cause instanceof IdentityError)) throw cause;
    const message = "Cannot read the hardware tiers: their source does not answer";
    throw new ScalerError("tiers_unavailable", message, { status: 502, cause });
  }
}

function invalidTier(message: string): ScalerError {
  return new ScalerError("invalid_hw_tier", message, { status: 400 });
}
