import type { Message } from "@bufbuild/protobuf";
import type { Access, Authenticator, Authorizer, Caller, Credentials } from "@heliostat/identity";
import type { Clock, Logger } from "@heliostat/kube";
import { ApiError } from "../errors/api-error.ts";
import { apiErrorOf, isBug } from "../errors/status-of-error.ts";
import type { ApiVersion } from "../handlers.ts";
import { accessesOf } from "./access-rules.ts";
import type { CallMetrics } from "./call-metrics.ts";
import type { Method } from "./methods.ts";

/** What both transports do with a call once they have read its envelope. */
export interface Calls {
  /** @throws ApiError `Unauthenticated`, or `Unavailable` when nobody can say */
  authenticate(credentials: Credentials, signal: AbortSignal): Promise<Caller>;
  /** @throws ApiError `PermissionDenied` when the caller may not do all of it, `Unavailable` when nobody can say */
  permit(caller: Caller, accesses: readonly Access[], signal: AbortSignal): Promise<void>;
  /** May the caller, then do it. @throws ApiError and nothing else */
  run(method: Method, request: Message, call: Call): Promise<Message>;
}

export interface Call {
  readonly caller: Caller;
  readonly version: ApiVersion;
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal;
  readonly requestId: string;
  /** What the caller gives us; we never give more than our own deadline. */
  readonly timeoutMs?: number | undefined;
}

export interface CallsOptions {
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly metrics: CallMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The longest that a call may take. */
  readonly deadlineMs: number;
}

export function calls(options: CallsOptions): Calls {
  return {
    authenticate: (credentials, signal) => authenticated(credentials, signal, options),
    permit,
    async run(method, request, call) {
      const { clock, metrics } = options;
      const startMs = clock.now();
      const ended = metrics.start(method);
      try {
        const answer = await withinDeadline(call, options, (signal) =>
          answered(method, request, { ...call, signal }),
        );
        ended((clock.now() - startMs) / 1000, "OK");
        return answer;
      } catch (error) {
        const failure = apiErrorOf(error);
        ended((clock.now() - startMs) / 1000, failure.code);
        report(error, { method, call, logger: options.logger });
        throw failure;
      }
    },
  };

  async function answered(method: Method, request: Message, call: Call): Promise<Message> {
    await permit(call.caller, accessesOf(method.rules, request), call.signal);
    return method.handle(request, call);
  }

  async function permit(caller: Caller, accesses: readonly Access[], signal: AbortSignal): Promise<void> {
    for (const access of accesses) {
      const { isAllowed } = await options.authorizer.authorize(caller, access, { signal });
      if (!isAllowed) throw forbidden(caller, access);
    }
  }
}

async function authenticated(
  credentials: Credentials,
  signal: AbortSignal,
  { authenticator, logger }: CallsOptions,
): Promise<Caller> {
  try {
    const caller = await authenticator.authenticate(credentials, { signal });
    if (caller !== undefined) return caller;
  } catch (error) {
    logger.error("Cannot tell who calls", { error });
    throw apiErrorOf(error);
  }
  const what =
    credentials.bearer === undefined ? "no bearer token came with it" : "its token is not accepted";
  throw new ApiError(
    "Unauthenticated",
    `Cannot accept the request: ${what}. Send "Authorization: Bearer <token>"`,
  );
}

/** A message that names what was refused and to whom, and nothing that the caller did not say. */
function forbidden({ name }: Caller, { verb, group, resource, subresource, namespace }: Access): ApiError {
  const what = `${resource}${group && `.${group}`}${subresource === undefined ? "" : `/${subresource}`}`;
  const where = namespace === undefined ? "in all namespaces" : `in the namespace "${namespace}"`;
  return new ApiError("PermissionDenied", `Cannot ${verb} ${what} ${where}: "${name}" may not`);
}

/** Run `act` with a signal that aborts at the deadline, too. A handler that does not listen is left behind. */
async function withinDeadline(
  { signal, timeoutMs }: Call,
  { clock, deadlineMs }: CallsOptions,
  act: (signal: AbortSignal) => Promise<Message>,
): Promise<Message> {
  const limitMs = Math.min(timeoutMs ?? deadlineMs, deadlineMs);
  const ending = new AbortController();
  let end: (why: ApiError) => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    end = reject;
  });
  const timer = clock.after(limitMs, () => {
    end(new ApiError("DeadlineExceeded", `Cannot answer: the deadline of ${limitMs} ms has passed`));
    ending.abort();
  });
  const leave = (): void => {
    end(new ApiError("Cancelled", "Cannot answer: the caller has gone"));
    ending.abort();
  };
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  try {
    return await Promise.race([act(ending.signal), ended]);
  } finally {
    timer.cancel();
    signal.removeEventListener("abort", leave);
  }
}

function report(
  error: unknown,
  { method, call, logger }: { readonly method: Method; readonly call: Call; readonly logger: Logger },
): void {
  const { caller, requestId } = call;
  const fields = { method: method.path, caller: caller.name, requestId, error };
  if (isBug(error)) logger.error("A call failed by a mistake of ours", fields);
  else logger.debug("A call failed", fields);
}
