import type { Message } from "@bufbuild/protobuf";
import type { Caller } from "@heliostat/identity";
import type { Clock, Logger } from "@heliostat/kube";
import { apiErrorOf, isBug } from "../errors/status-of-error.ts";
import { accessesOf } from "./access-rules.ts";
import type { CallMetrics } from "./call-metrics.ts";
import type { Calls } from "./calls.ts";
import type { StreamMethod } from "./stream-methods.ts";

/** What both transports do with a call that answers with a stream, once they know its caller and its request. */
export interface Streams {
  /**
   * May the caller, then begin. What is refused is refused before the first message; a stream that fails later throws
   * from its iteration.
   *
   * @throws ApiError, and what handlers throw
   */
  open(method: StreamMethod, request: Message, call: StreamCall): Promise<AsyncIterable<Message>>;
}

interface StreamCall {
  readonly caller: Caller;
  /** Aborts when the caller has gone. */
  readonly gone: AbortSignal;
  /** Aborts when nobody waits any longer: the caller has gone, or the server stops. */
  readonly signal: AbortSignal;
}

export interface StreamsOptions {
  readonly calls: Calls;
  readonly metrics: CallMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function streams({ calls, metrics, clock, logger }: StreamsOptions): Streams {
  return {
    async open(method, request, call) {
      const { caller, signal } = call;
      const startMs = clock.now();
      const counter = metrics.startStream(method);
      const end = (code: string): void => counter.end((clock.now() - startMs) / 1000, code);
      try {
        await calls.permit(caller, accessesOf(method.rules, request), { signal });
        const messages = await method.open(request, { caller, signal, version: "v1" });
        return counted(messages, { sent: counter.sent, end, call, failed });
      } catch (error) {
        throw failed(error);
      }

      function failed(error: unknown): unknown {
        end(call.gone.aborted ? "Cancelled" : apiErrorOf(error).code);
        const fields = { method: method.path, caller: caller.name, error };
        if (isBug(error)) logger.error("A stream failed by a mistake of ours", fields);
        else logger.debug("A stream failed", fields);
        return error;
      }
    },
  };
}

interface Counting {
  readonly sent: () => void;
  readonly end: (code: string) => void;
  readonly failed: (error: unknown) => unknown;
  readonly call: StreamCall;
}

/** Who leaves ends the stream as much as the server that stops; only the first has not got all that he asked for. */
async function* counted(
  messages: AsyncIterable<Message>,
  { sent, end, failed, call: { gone, signal } }: Counting,
): AsyncGenerator<Message> {
  let hasFailed = false;
  try {
    for await (const message of messages) {
      if (signal.aborted) return;
      sent();
      yield message;
    }
  } catch (error) {
    hasFailed = true;
    throw failed(error);
  } finally {
    if (!hasFailed) end(gone.aborted ? "Cancelled" : "OK");
  }
}
