import { fromBinary } from "@bufbuild/protobuf";
import { Metadata, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import { bearerToken, type Credentials } from "@heliostat/identity";
import type { Clock, Random } from "@heliostat/kube";
import { CallEnd } from "../calls/call-end.ts";
import type { Calls } from "../calls/calls.ts";
import type { Method } from "../calls/methods.ts";
import { ApiError, GRPC_CODE } from "../errors/api-error.ts";
import { apiErrorOf } from "../errors/status-of-error.ts";
import type { Encode } from "./encoded.ts";

export interface AnswerOptions {
  readonly calls: Calls;
  readonly clock: Clock;
  readonly random: Random;
  readonly encode: Encode;
}

type UnaryCall = ServerUnaryCall<Uint8Array, Uint8Array>;

/** One method over gRPC: who calls, then what is asked, then the answer. Never rejects. */
export function unaryAnswer(
  method: Method,
  { calls, clock, random, encode }: AnswerOptions,
): (call: UnaryCall, reply: sendUnaryData<Uint8Array>) => Promise<void> {
  return async (call, reply) => {
    // A stream that closes after its answer is called cancelled, too; nobody listens any longer then.
    const end = new CallEnd((leave) => (call.cancelled ? leave() : call.on("cancelled", leave)));
    const sentId = singleValue(call.metadata, REQUEST_ID);
    let id = sentId;
    const requestId = (): string => {
      id ||= random.uuid();
      return id;
    };
    try {
      const caller = await calls.authenticate(credentialsOf(call.metadata), end);
      const message = await calls.run(method, decoded(method, call.request), {
        caller,
        version: "v1",
        end,
        requestId,
        timeoutMs: timeoutOf(call, clock),
      });
      reply(null, encode(method.output, message), sentId === "" ? undefined : idMetadata(sentId));
    } catch (error) {
      const { code, message } = apiErrorOf(error);
      reply({ code: GRPC_CODE[code], details: message, metadata: idMetadata(requestId()) });
    }
  };
}

const REQUEST_ID = "x-request-id";

/** @throws ApiError when the metadata shows two identities */
export function credentialsOf(metadata: Metadata): Credentials {
  const values = metadata.get("authorization");
  if (values.length > 1) {
    throw new ApiError("Unauthenticated", 'Cannot accept the request: it has more than one "authorization"');
  }
  const bearer = bearerToken(values[0]?.toString());
  return bearer === undefined ? {} : { bearer };
}

function singleValue(metadata: Metadata, key: string): string {
  const [value = ""] = metadata.get(key);
  return value.toString().slice(0, REQUEST_ID_LENGTH_MAX);
}

const REQUEST_ID_LENGTH_MAX = 128;

/** @throws ApiError for bytes that are no such message */
export function decoded({ input }: Pick<Method, "input">, bytes: Uint8Array): ReturnType<typeof fromBinary> {
  try {
    return fromBinary(input, bytes, { readUnknownFields: false });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ApiError("InvalidArgument", `Cannot read the ${input.typeName}: ${why}`, { cause });
  }
}

function timeoutOf(call: UnaryCall, clock: Clock): number | undefined {
  const deadline = call.getDeadline();
  const atMs = typeof deadline === "number" ? deadline : deadline.getTime();
  return Number.isFinite(atMs) ? Math.max(0, atMs - clock.now()) : undefined;
}

function idMetadata(requestId: string): Metadata {
  const metadata = new Metadata();
  metadata.set(REQUEST_ID, requestId);
  return metadata;
}
