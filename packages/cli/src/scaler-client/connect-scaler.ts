import { type ScalerClient, ScalerError, scalerClient, scalerOptionsFrom } from "@heliostat/client";
import type { Config } from "../config.ts";
import { notedAddress } from "../laptop/laptop-addresses.ts";
import { laptopTokenFor } from "../laptop/laptop-token.ts";
import { UserError } from "../user-error.ts";
import { NODE_PLATFORM } from "./node-platform.ts";

/** Where `heliostat up` serves the scaler, unless the port was taken. */
const LAPTOP_URL = "http://127.0.0.1:6010";

/**
 * Do something with a scaler: the one that is named, else the environment's, else this laptop's. Who calls is what the
 * environment says, else the laptop's administrator, whose token is never sent anywhere but to the loopback.
 *
 * @throws UserError with the scaler's own words for what it refuses
 */
export async function withScaler<T>(
  { server }: { readonly server?: string },
  config: Config,
  work: (scaler: ScalerClient) => Promise<T>,
): Promise<T> {
  const scaler = await connected(server, config);
  try {
    return await work(scaler);
  } catch (cause) {
    if (!(cause instanceof ScalerError)) throw cause;
    throw new UserError(cause.message, { cause, ...hintFor(cause) });
  }
}

async function connected(server: string | undefined, config: Config): Promise<ScalerClient> {
  const named = server ?? config.environment["CLUSTER_SCALER_BASE_URL"];
  const baseUrl = named ?? (await notedAddress(config, "scaler")) ?? LAPTOP_URL;
  try {
    return scalerClient({ ...scalerOptionsFrom(config.environment), baseUrl, platform: NODE_PLATFORM });
  } catch (cause) {
    const token = await laptopTokenFor(baseUrl, config);
    if (token !== undefined)
      return scalerClient({ baseUrl, credentials: { token }, platform: NODE_PLATFORM });
    throw new UserError((cause as Error).message, {
      cause,
      hint: named ? "The laptop's own token is for its own scaler" : "Or start a laptop: heliostat up",
    });
  }
}

function hintFor({ status, code }: ScalerError): { readonly hint?: string } {
  if (code === "Unreachable") return { hint: "Start one with heliostat up, or name it with --server URL" };
  if (status === 401 || status === 403)
    return { hint: "Say who calls with DOMINO_TOKEN, DOMINO_API_KEY or DOMINO_API_PROXY" };
  return {};
}
