import type { DescMessage, DescMethod, Message } from "@bufbuild/protobuf";
import { type Binding, bindingOf, STREAM_SERVICES } from "@heliostat/proto";
import type { CallContext, StreamHandlers } from "../handlers.ts";
import { type AccessRule, STREAM_RULES } from "./access-rules.ts";

/** One method that answers with a stream, as both transports see it. */
export interface StreamMethod {
  /** `heliostat.v1.StreamService` */
  readonly service: string;
  readonly name: string;
  /** The method's path in gRPC. */
  readonly path: string;
  readonly input: DescMessage;
  readonly output: DescMessage;
  readonly binding: Binding;
  readonly rules: readonly AccessRule[];
  readonly open: (request: Message, call: CallContext) => Promise<AsyncIterable<Message>>;
}

/** The table of streams from which gRPC, HTTP and permissions are made. */
export function streamMethodsOf(handlers: StreamHandlers): readonly StreamMethod[] {
  const { typeName, methods } = STREAM_SERVICES.StreamService;
  return methods.map((descriptor: DescMethod): StreamMethod => {
    const { localName, name, input, output } = descriptor;
    // The types of both tables say that each method is there.
    const key = localName as keyof StreamHandlers;
    return {
      service: typeName,
      name,
      path: `/${typeName}/${name}`,
      input,
      output,
      binding: bindingOf(descriptor),
      rules: STREAM_RULES[key],
      open: handlers[key] as unknown as StreamMethod["open"],
    };
  });
}
