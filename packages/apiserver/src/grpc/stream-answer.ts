import { type Message, toBinary } from "@bufbuild/protobuf";
import type { ServerWritableStream } from "@grpc/grpc-js";
import type { Calls } from "../calls/calls.ts";
import type { StreamMethod } from "../calls/stream-methods.ts";
import type { Streams } from "../calls/streams.ts";
import { GRPC_CODE } from "../errors/api-error.ts";
import { apiErrorOf } from "../errors/status-of-error.ts";
import { credentialsOf, decoded } from "./unary-answer.ts";

export interface StreamAnswerOptions {
  readonly calls: Calls;
  readonly streams: Streams;
  /** Aborts when the server stops: streams end. */
  readonly stopping: AbortSignal;
}

type StreamCall = ServerWritableStream<Uint8Array, Uint8Array>;

/** One method that streams, over gRPC: who calls, then what is asked, then the answers as they come. Never rejects. */
export function streamAnswer(
  method: StreamMethod,
  { calls, streams, stopping }: StreamAnswerOptions,
): (call: StreamCall) => Promise<void> {
  return async (call) => {
    const gone = new AbortController();
    call.on("cancelled", () => gone.abort());
    const signal = AbortSignal.any([gone.signal, stopping]);
    try {
      const caller = await calls.authenticate(credentialsOf(call.metadata), { signal });
      const request = decoded(method, call.request);
      const messages = await streams.open(method, request, { caller, signal, gone: gone.signal });
      await sendAll(call, messages, { method, signal });
      call.end();
    } catch (error) {
      const { code, message } = apiErrorOf(error);
      call.emit("error", { code: GRPC_CODE[code], details: message });
    }
  };
}

async function sendAll(
  call: StreamCall,
  messages: AsyncIterable<Message>,
  { method, signal }: { readonly method: StreamMethod; readonly signal: AbortSignal },
): Promise<void> {
  for await (const message of messages) {
    if (signal.aborted) return;
    if (!call.write(toBinary(method.output, message))) await drained(call, signal);
  }
}

function drained(call: StreamCall, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    call.once("drain", resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
