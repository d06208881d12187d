import { bearerToken, type Credentials } from "@heliostat/identity";
import { ScalerError } from "../answers/answer.ts";
import type { Surface } from "../routes/route.ts";

/** The headers in which credentials come, as Node has them: of several `Authorization` it shows the first alone. */
export interface CredentialHeaders {
  readonly headers: {
    readonly authorization?: string | undefined;
    readonly "x-domino-api-key"?: string | readonly string[] | undefined;
  };
  readonly headersDistinct: Readonly<Record<string, readonly string[] | undefined>>;
}

/**
 * The one credential that counts. With both headers the API key does on old routes (Domino's rule); ours refuse to guess. Two `Authorization` are two
 * identities, of which what stands in front of the service may have checked the other.
 *
 * @throws ScalerError `bad_request`
 */
export function credentialsOf(
  { headers, headersDistinct }: CredentialHeaders,
  surface: Surface,
): Credentials {
  if ((headersDistinct["authorization"]?.length ?? 0) > 1) {
    const message = "Send one Authorization, not several";
    throw new ScalerError("bad_request", message, { status: 400 });
  }
  const key = headers["x-domino-api-key"];
  const apiKey = typeof key === "string" && key !== "" ? key : undefined;
  const bearer = bearerToken(headers.authorization);
  if (apiKey !== undefined && headers.authorization !== undefined && surface === "v1") {
    const message = "Send Authorization or X-Domino-Api-Key, not both";
    throw new ScalerError("bad_request", message, { status: 400 });
  }
  if (apiKey !== undefined) return { apiKey };
  return bearer === undefined ? {} : { bearer };
}
