import type { Message } from "@bufbuild/protobuf";
import type { Access, Authenticator, Authorizer, Caller, Credentials } from "@heliostat/identity";
import type { Clock, Logger, Timer } from "@heliostat/kube";
import { ApiError } from "../errors/api-error.ts";
import { apiErrorOf, isBug } from "../errors/status-of-error.ts";
import type { ApiVersion, CallContext } from "../handlers.ts";
import { accessesOf } from "./access-rules.ts";
import type { CallEnd } from "./call-end.ts";
import type { CallMetrics } from "./call-metrics.ts";
import type { Method } from "./methods.ts";

/** What both transports do with a call once they have read its envelope. */
export interface Calls {
  /** @throws ApiError `Unauthenticated`, or `Unavailable` when nobody can say */
  authenticate(credentials: Credentials, end: Ending): Promise<Caller>;
  /** @throws ApiError `PermissionDenied` when the caller may not do all of it, `Unavailable` when nobody can say */
  permit(caller: Caller, accesses: readonly Access[], end: Ending): Promise<void>;
  /** May the caller, then do it. @throws ApiError and nothing else */
  run(method: Method, request: Message, call: Call): Promise<Message>;
}

/** Something whose signal aborts when nobody waits any longer. */
type Ending = Pick<CallEnd, "signal">;

interface Call {
  readonly caller: Caller;
  readonly version: ApiVersion;
  /** Comes when the caller goes. */
  readonly end: CallEnd;
  /** By which a log tells requests apart; made when it is first asked for. */
  readonly requestId: () => string;
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
    authenticate: (credentials, end) => authenticated(credentials, end, options),
    permit,
    async run(method, request, call) {
      const { clock, metrics } = options;
      const startMs = clock.now();
      const ended = metrics.start(method);
      const deadline = endAtDeadline(call, options);
      try {
        const answer = await call.end.outcomeOf(answered(method, request, call));
        ended((clock.now() - startMs) / 1000, "OK");
        return answer;
      } catch (error) {
        const failure = apiErrorOf(error);
        ended((clock.now() - startMs) / 1000, failure.code);
        report(error, { method, call, logger: options.logger });
        throw failure;
      } finally {
        deadline.cancel();
        call.end.close();
      }
    },
  };

  function answered(method: Method, request: Message, call: Call): Promise<Message> {
    const permitted = permit(call.caller, accessesOf(method.rules, request), call.end);
    return permitted.then(() => method.handle(request, new RunningCall(call)));
  }

  async function permit(caller: Caller, accesses: readonly Access[], end: Ending): Promise<void> {
    for (const access of accesses) {
      const { isAllowed } = await options.authorizer.authorize(caller, access, end);
      if (!isAllowed) throw forbidden(caller, access);
    }
  }
}

async function authenticated(
  credentials: Credentials,
  end: Ending,
  { authenticator, logger }: CallsOptions,
): Promise<Caller> {
  try {
    const caller = await authenticator.authenticate(credentials, end);
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

/** What a handler sees of a call. Its signal is made when it is looked at. */
class RunningCall implements CallContext {
  readonly caller: Caller;
  readonly version: ApiVersion;
  readonly #end: CallEnd;

  constructor({ caller, version, end }: Call) {
    this.caller = caller;
    this.version = version;
    this.#end = end;
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }
}

/** A handler that does not listen to the signal is left behind. */
function endAtDeadline({ end, timeoutMs }: Call, { clock, deadlineMs }: CallsOptions): Timer {
  const limitMs = Math.min(timeoutMs ?? deadlineMs, deadlineMs);
  return clock.after(limitMs, () => {
    end.end(new ApiError("DeadlineExceeded", `Cannot answer: the deadline of ${limitMs} ms has passed`));
  });
}

function report(
  error: unknown,
  { method, call, logger }: { readonly method: Method; readonly call: Call; readonly logger: Logger },
): void {
  const { caller } = call;
  const fields = { method: method.path, caller: caller.name, requestId: call.requestId(), error };
  if (isBug(error)) logger.error("A call failed by a mistake of ours", fields);
  else logger.debug("A call failed", fields);
}
