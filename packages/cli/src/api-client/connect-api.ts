import { type ApiClient, ApiClientError, apiClient } from "@heliostat/client";
import type { Config } from "../config.ts";
import { notedAddress } from "../laptop/laptop-addresses.ts";
import { laptopTokenFor } from "../laptop/laptop-token.ts";
import { UserError } from "../user-error.ts";

/** What every command that calls the API server may be told. */
export interface ApiFlags {
  readonly server?: string;
  readonly token?: string;
  readonly namespace: string;
  readonly json: boolean;
}

/** Where `heliostat up` serves the API, unless the port was taken. */
const LAPTOP_URL = "http://127.0.0.1:8888";
const UNAUTHENTICATED = 16;

/**
 * Do something with an API server: the one that is named, else the environment's, else this laptop's. The laptop's token
 * is never sent anywhere but to the loopback.
 *
 * @throws UserError with the server's own words for what it refuses
 */
export async function withApi<T>(
  { server, token }: Pick<ApiFlags, "server" | "token">,
  config: Config,
  work: (api: ApiClient) => Promise<T>,
): Promise<T> {
  const named = server ?? config.environment["HELIOSTAT_API_URL"];
  const baseUrl = named ?? (await notedAddress(config, "api")) ?? LAPTOP_URL;
  if (!URL.canParse(baseUrl)) throw new UserError(`Cannot call "${baseUrl}": it is no URL`);
  const bearer =
    token ?? config.environment["HELIOSTAT_API_TOKEN"] ?? (await laptopTokenFor(baseUrl, config));
  try {
    return await work(apiClient({ baseUrl, ...(bearer !== undefined && { token: bearer }) }));
  } catch (cause) {
    if (!(cause instanceof ApiClientError)) throw cause;
    throw new UserError(cause.message, { cause, ...hintFor(cause) });
  }
}

function hintFor({ status, code }: ApiClientError): { readonly hint?: string } {
  if (status === 0 && code !== 3)
    return { hint: "Start one with heliostat up, or name it with --server URL" };
  if (status === 401 || code === UNAUTHENTICATED)
    return { hint: "Say who calls with --token or HELIOSTAT_API_TOKEN" };
  return {};
}
