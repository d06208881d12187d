import { type HardwareTier, LAPTOP_TIERS, tiersFromFile } from "@heliostat/engines";
import type { HttpGet } from "@heliostat/identity";
import type { Clock } from "@heliostat/kube";
import { dominoTiers, fixedTiers, type TierSource } from "@heliostat/scaler";
import { parse } from "yaml";
import { type Following, followedFiles } from "../system/followed-files.ts";
import { UserError } from "../user-error.ts";

export interface TierChoice {
  /** A file of tiers. @default Domino's, where Domino says who calls, else Small, Medium and Large */
  readonly file?: string | undefined;
  readonly isDomino: boolean;
  readonly dominoUrl: string | undefined;
  readonly get: HttpGet;
  readonly clock: Clock;
  /** How the file is kept up with. */
  readonly following: Following;
}

/** @throws UserError when the file cannot be used */
export function tierSource({ file, isDomino, dominoUrl, get, clock, following }: TierChoice): TierSource {
  if (file === undefined) {
    const url = dominoUrl === undefined ? {} : { url: dominoUrl };
    return isDomino ? dominoTiers({ get, clock, ...url }) : fixedTiers(LAPTOP_TIERS);
  }
  const tiers = followedFiles(
    {
      what: "file of hardware tiers",
      files: [{ flag: "--tiers", path: file }],
      read: ([text = ""]) => tiersIn(text, file),
    },
    following,
  );
  return { tiersOf: async () => tiers.current };
}

/** @throws UserError */
function tiersIn(text: string, file: string): readonly HardwareTier[] {
  try {
    return tiersFromFile(parse(text));
  } catch (cause) {
    throw new UserError(`Cannot use the hardware tiers of ${file}: ${(cause as Error).message}`, {
      hint: "docs/scaler.md shows what such a file looks like",
      cause,
    });
  }
}
