import { readFile } from "node:fs/promises";
import { LAPTOP_TIERS, tiersFromFile } from "@heliostat/engines";
import type { HttpGet } from "@heliostat/identity";
import type { Clock } from "@heliostat/kube";
import { dominoTiers, fixedTiers, type TierSource } from "@heliostat/scaler";
import { parse } from "yaml";
import { UserError } from "../user-error.ts";

export interface TierChoice {
  /** A file of tiers. @default Domino's, where Domino says who calls, else Small, Medium and Large */
  readonly file?: string | undefined;
  readonly isDomino: boolean;
  readonly dominoUrl: string | undefined;
  readonly get: HttpGet;
  readonly clock: Clock;
}

/** @throws UserError when the file cannot be used */
export async function tierSource({ file, isDomino, dominoUrl, get, clock }: TierChoice): Promise<TierSource> {
  if (file === undefined) {
    const url = dominoUrl === undefined ? {} : { url: dominoUrl };
    return isDomino ? dominoTiers({ get, clock, ...url }) : fixedTiers(LAPTOP_TIERS);
  }
  try {
    return fixedTiers(tiersFromFile(parse(await readFile(file, "utf8"))));
  } catch (cause) {
    throw new UserError(`Cannot use the hardware tiers of ${file}: ${(cause as Error).message}`, {
      hint: "docs/scaler.md shows what such a file looks like",
      cause,
    });
  }
}
