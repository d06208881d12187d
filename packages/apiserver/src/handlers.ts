import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { Caller } from "@heliostat/identity";
import type { SERVICES, ServiceName, STREAM_SERVICES } from "@heliostat/proto";

/** Which of the two APIs is spoken. gRPC is always v1: v1alpha2 had other field numbers under the same names. */
export type ApiVersion = "v1" | "v1alpha2";

/** What a handler knows of a call beside its request. */
export interface CallContext {
  readonly caller: Caller;
  /** Aborts when the caller has gone, the deadline has passed, or the server ends. */
  readonly signal: AbortSignal;
  readonly version: ApiVersion;
}

/**
 * One unary method: a message in, a message out. It is not called for a caller who may not.
 *
 * The answer belongs to the handler and is never changed: whoever answers with the same message again (or with a list
 * of the same messages) has it rendered once.
 *
 * @throws ApiError with the code and the words for the caller; a KubeError is translated by the transport
 */
export type Handler<I extends DescMessage, O extends DescMessage> = (
  request: MessageShape<I>,
  call: CallContext,
) => Promise<MessageShape<O>>;

/** A handler for each method of each service, by the names of the descriptors: `handlers.ClusterService.getCluster`. */
export type Handlers = { readonly [S in ServiceName]: HandlersOf<(typeof SERVICES)[S]["method"]> };

type HandlersOf<Methods> = {
  readonly [M in keyof Methods]: Methods[M] extends {
    readonly input: infer I extends DescMessage;
    readonly output: infer O extends DescMessage;
  }
    ? Handler<I, O>
    : never;
};

/**
 * One method that answers with a stream. The promise is of the stream's beginning: what is refused is refused before
 * the first message.
 *
 * @throws ApiError as a {@link Handler}; a stream that fails later throws it from its iteration
 */
export type StreamHandler<I extends DescMessage, O extends DescMessage> = (
  request: MessageShape<I>,
  call: CallContext,
) => Promise<AsyncIterable<MessageShape<O>>>;

/** A handler for each method that answers with a stream. */
export type StreamHandlers = StreamHandlersOf<(typeof STREAM_SERVICES)["StreamService"]["method"]>;

type StreamHandlersOf<Methods> = {
  readonly [M in keyof Methods]: Methods[M] extends {
    readonly input: infer I extends DescMessage;
    readonly output: infer O extends DescMessage;
  }
    ? StreamHandler<I, O>
    : never;
};
