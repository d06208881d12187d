import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { RayError, type RayReason } from "@heliostat/ray";
import { Agent, request } from "undici";

/** How to reach one head's dashboard. */
export interface DashboardAddress {
  /** `http://127.0.0.1:8265` */
  readonly baseUrl: string;
  /** Sent as a bearer token where the cluster asks for one. */
  readonly token?: string;
  /** How long one call may take. @default 30,000 */
  readonly timeoutMs?: number;
  /** Opens a connection to it, for dashboards that the network does not lead to. @default by the address */
  readonly connect?: () => Promise<Duplex>;
}

export interface DashboardCall {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  /** JSON, or bytes as they are. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

const REASON_OF_STATUS: Readonly<Record<number, RayReason>> = {
  400: "Invalid",
  401: "Unauthorized",
  403: "Unauthorized",
  404: "NotFound",
  405: "Invalid",
  422: "Invalid",
};

/** Ray repeats whole tracebacks; their last line says what happened. */
const LONGEST_MESSAGE = 500;

/**
 * One call of Ray's HTTP API: JSON in, JSON or text out.
 *
 * Plain requests and no `fetch`: Ray refuses whatever looks like a browser, `Sec-Fetch-Mode` included.
 */
export async function callDashboard(
  address: DashboardAddress,
  path: string,
  call: DashboardCall = {},
): Promise<unknown> {
  const { method = "GET", body, signal } = call;
  const timeout = AbortSignal.timeout(address.timeoutMs ?? 30_000);
  const url = new URL(path, address.baseUrl);
  const dispatcher = address.connect && dispatcherOver(address.connect);
  try {
    const response = await request(url, {
      method,
      ...(dispatcher && { dispatcher }),
      headers: headersOf(address, body),
      body: encode(body),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    const text = await response.body.text();
    if (response.statusCode >= 400) throw failure(`${method} ${path}`, response.statusCode, text);
    return decode(text, response.headers["content-type"]);
  } catch (error) {
    throw asRayError(error, `${method} ${path}`, signal);
  } finally {
    void dispatcher?.destroy();
  }
}

/** One call, one connection: who brings its own has no use for a pool. */
function dispatcherOver(connect: () => Promise<Duplex>): Agent {
  return new Agent({
    connect: (_options, callback) => {
      // Only what every stream has is asked of it, whatever the type says.
      connect().then(
        (stream) => callback(null, stream as Socket),
        (error) => callback(error as Error, null),
      );
    },
  });
}

/** Any error of a call as the port promises it. */
export function asRayError(error: unknown, what: string, signal?: AbortSignal): RayError {
  if (error instanceof RayError) return error;
  if (signal?.aborted)
    return new RayError("Aborted", `Cannot finish ${what}: it was cancelled`, { cause: error });
  return new RayError("Unavailable", `Cannot reach Ray for ${what}: ${(error as Error).message}`, {
    cause: error,
  });
}

function failure(what: string, status: number, text: string): RayError {
  const reason = REASON_OF_STATUS[status] ?? (status >= 500 ? "Unavailable" : "Unexpected");
  // Ray answers 500 to a submission id that is taken; it is no fault of the server's.
  const isTaken = text.includes("already exists. Please use a different submission_id");
  const said = text.trim().split("\n").at(-1)?.slice(0, LONGEST_MESSAGE) ?? "";
  return new RayError(isTaken ? "AlreadyExists" : reason, `Ray refused ${what} (${status}): ${said}`, {
    status,
  });
}

function headersOf({ token }: DashboardAddress, body: unknown): Record<string, string> {
  return {
    ...(body !== undefined && {
      "content-type": body instanceof Uint8Array ? "application/octet-stream" : "application/json",
    }),
    ...(token !== undefined && {
      authorization: `Bearer ${token}`,
      "x-ray-authorization": `Bearer ${token}`,
    }),
  };
}

function encode(body: unknown): Uint8Array | string | null {
  if (body === undefined) return null;
  return body instanceof Uint8Array ? body : JSON.stringify(body);
}

function decode(text: string, contentType: unknown): unknown {
  if (!String(contentType ?? "").includes("json")) return text;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RayError("Unexpected", `Cannot read Ray's answer: ${text.slice(0, 80)}`, { cause });
  }
}
