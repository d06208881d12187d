import type { Platform } from "../platform.ts";
import { ScalerError } from "./scaler-error.ts";

/** Who calls. */
export type ScalerCredentials =
  /** A service that hands out a fresh bearer token at `/access-token`; asked before every call. */
  | { readonly apiProxy: string }
  | { readonly token: string }
  /** Sent as `X-Domino-Api-Key`. */
  | { readonly apiKey: string };

/** The headers that say who calls. @throws ScalerError `Unreachable` when the proxy has no token */
export async function authHeaders(
  credentials: ScalerCredentials,
  platform: Platform,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const accept = { Accept: "application/json" };
  if ("apiKey" in credentials) return { ...accept, "X-Domino-Api-Key": credentials.apiKey };
  const token =
    "token" in credentials ? credentials.token : await proxiedToken(credentials.apiProxy, platform, signal);
  return { ...accept, Authorization: `Bearer ${token}` };
}

async function proxiedToken(apiProxy: string, { fetch }: Platform, signal?: AbortSignal): Promise<string> {
  const url = `${apiProxy.replace(/\/+$/, "")}/access-token`;
  try {
    const response = await fetch(url, signal ? { signal } : {});
    const token = (await response.text()).trim();
    if (response.ok && token !== "") return token;
    throw new Error(response.ok ? "the answer is empty" : `it answered ${response.status}`);
  } catch (cause) {
    signal?.throwIfAborted();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ScalerError(`Cannot get a token from ${url}: ${why}`, {
      status: 0,
      code: "Unreachable",
      cause,
    });
  }
}
