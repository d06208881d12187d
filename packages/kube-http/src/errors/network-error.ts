import { KubeError } from "@heliostat/kube";

/** The error for a request that got no answer. What the API says, and what a signal says, stays as it is. */
export function networkError(
  error: unknown,
  { server, signal }: { readonly server: string; readonly signal?: AbortSignal | undefined },
): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof KubeError || !(error instanceof Error)) return error;
  const reason = TIMEOUT_CODES.has(codeOf(error)) ? "Timeout" : "Unavailable";
  return new KubeError(reason, `Cannot reach ${server}: ${textOf(error)}`, { cause: error });
}

const TIMEOUT_CODES: ReadonlySet<string> = new Set([
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
]);

function codeOf(error: Error): string {
  return String((error as NodeJS.ErrnoException).code ?? "");
}

/** A connection that was tried at several addresses fails with several errors, and an empty message. */
function textOf(error: Error): string {
  if (error.message !== "") return error.message;
  if (error instanceof AggregateError) return error.errors.map((each: Error) => each.message).join(", ");
  return codeOf(error) || error.name;
}
