import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LAPTOP_TIERS } from "@heliostat/engines";
import { laptopTokenFile, readTokenFile } from "@heliostat/identity";
import { fixedTiers, type Scaler, type ScalerOptions, startScaler } from "@heliostat/scaler";
import type { Laptop } from "../laptop/laptop.ts";
import { noteAddress } from "../laptop/laptop-addresses.ts";
import { TOKEN_FILE } from "../laptop/laptop-token.ts";
import type { ScalerEvent } from "../output/up-event.ts";

/** Not 6000, which browsers refuse to open. */
const PREFERRED_PORT = 6010;
/** Where manifests without a namespace go. */
const NAMESPACE = "default";

export interface LaptopScalerOptions {
  /** The Ray clusters that were applied. */
  readonly names: readonly string[];
  /** Where clusters are. @default default */
  readonly namespace?: string;
}

/**
 * The scaler of a laptop, on the loopback: everybody who may read its token file is its administrator. Ends with the
 * laptop.
 */
export async function laptopScaler(
  laptop: Laptop,
  { names, namespace = NAMESPACE }: LaptopScalerOptions,
): Promise<ScalerEvent> {
  const tokenFile = join(laptop.folder, TOKEN_FILE);
  const { token } = await laptopTokenFile(tokenFile);
  const bareTokenFile = join(laptop.folder, "token");
  await writeFile(bareTokenFile, token, { mode: 0o600 });
  const { client, clock, random, logger } = laptop;
  const scaler = await onAnyPort({
    ...{ client, clock, random, logger },
    settings: { namespace },
    authenticator: await readTokenFile(tokenFile),
    tiers: fixedTiers(LAPTOP_TIERS),
    listen: { host: "127.0.0.1", port: PREFERRED_PORT },
  });
  laptop.onStop(() => void scaler.stop());
  await noteAddress(laptop, "scaler", scaler.url);
  return {
    event: "scaler",
    url: scaler.url,
    tokenFile,
    environment: [
      `CLUSTER_SCALER_BASE_URL=${scaler.url}`,
      `DOMINO_TOKEN="$(cat ${bareTokenFile})"`,
      `COMPUTE_NAMESPACE=${namespace}`,
      `DOMINO_RUN_ID=${runOf(names) ?? "RUN  # clients take the cluster ray-RUN"}`,
    ],
  };
}

/** The run whose cluster is there: clients take `ray-RUN` for a run's cluster. */
function runOf(names: readonly string[]): string | undefined {
  return names.flatMap((name) => /^ray-(.+)$/.exec(name)?.[1] ?? [])[0];
}

async function onAnyPort(options: ScalerOptions): Promise<Scaler> {
  try {
    return await startScaler(options);
  } catch (error) {
    if ((error as { readonly code?: string }).code !== "EADDRINUSE") throw error;
    return startScaler({ ...options, listen: { ...options.listen, port: 0 } });
  }
}
