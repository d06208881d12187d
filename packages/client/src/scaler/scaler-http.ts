import type { Platform } from "../platform.ts";
import { authHeaders, type ScalerCredentials } from "./credentials.ts";
import { ScalerError } from "./scaler-error.ts";

/** How a scaler is reached. */
export interface ScalerAddress {
  readonly baseUrl: string;
  readonly credentials: ScalerCredentials;
  readonly platform: Platform;
  /** How long one request may take. */
  readonly timeoutMs: number;
}

export interface ScalerRequest {
  readonly method?: "GET" | "PATCH";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

export interface ScalerAnswer {
  readonly status: number;
  /** JSON where it is JSON, else text; `undefined` where there is nothing. */
  readonly body: unknown;
}

/** One request with credentials. @throws ScalerError; the signal's reason when that aborts */
export async function callScaler(address: ScalerAddress, request: ScalerRequest): Promise<unknown> {
  const headers = await authHeaders(address.credentials, address.platform, request.signal);
  const answer = await exchange(address, request, headers);
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  throw refusal(request, answer);
}

/** One request without credentials, whatever its answer is. @throws ScalerError `Unreachable` */
export function probeScaler(address: ScalerAddress, request: ScalerRequest): Promise<ScalerAnswer> {
  return exchange(address, request, { Accept: "application/json" });
}

async function exchange(
  { baseUrl, platform, timeoutMs }: ScalerAddress,
  { method = "GET", path, query = {}, body, signal }: ScalerRequest,
  headers: Readonly<Record<string, string>>,
): Promise<ScalerAnswer> {
  const search = new URLSearchParams(query).toString();
  const url = `${baseUrl.replace(/\/+$/, "")}${path}${search === "" ? "" : `?${search}`}`;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await platform.fetch(url, {
      method,
      headers: body === undefined ? headers : { ...headers, "Content-Type": "application/json" },
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      // A scaler that sends callers elsewhere would take their credentials with it.
      redirect: "manual",
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: parsed(await response.text()) };
  } catch (cause) {
    signal?.throwIfAborted();
    const details = { status: 0, code: "Unreachable", cause };
    const why = reasonOf(cause);
    throw new ScalerError(`Cannot reach the scaler for ${method} ${path}: ${why}`, details);
  }
}

/** `fetch` hides its reason in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error) || cause.message === "") return error.message;
  return cause.message === "bad port"
    ? "fetch refuses this port, as browsers do; let the scaler listen on another one, such as 6010"
    : `${error.message}: ${cause.message}`;
}

function refusal({ method = "GET", path }: ScalerRequest, { status, body }: ScalerAnswer): ScalerError {
  const { error, message, status: state } = Object(body) as Readonly<Record<string, unknown>>;
  const why = [message, error, state].find((text) => typeof text === "string" && text !== "");
  const code = typeof error === "string" ? error : "";
  return new ScalerError(
    `The scaler refused ${method} ${path} (${status}): ${why ?? "it does not say why"}`,
    {
      status,
      code,
      body,
    },
  );
}

function parsed(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
