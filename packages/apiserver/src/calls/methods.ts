import type { DescMessage, DescMethod, Message } from "@bufbuild/protobuf";
import { type Binding, bindingOf, SERVICES, type ServiceName } from "@heliostat/proto";
import type { CallContext, Handlers } from "../handlers.ts";
import { ACCESS_RULES, type AccessRule } from "./access-rules.ts";

/** One method of one service, as both transports see it. */
export interface Method {
  /** `proto.ClusterService` */
  readonly service: string;
  /** `GetCluster` */
  readonly name: string;
  /** `/proto.ClusterService/GetCluster`: the method's path in gRPC. */
  readonly path: string;
  readonly input: DescMessage;
  readonly output: DescMessage;
  readonly binding: Binding;
  readonly rules: readonly AccessRule[];
  /** The handler, for requests that are messages of `input`. */
  readonly handle: (request: Message, call: CallContext) => Promise<Message>;
}

/** The one table from which gRPC, HTTP, permissions and the OpenAPI document are made. */
export function methodsOf(handlers: Handlers): readonly Method[] {
  return (Object.keys(SERVICES) as ServiceName[]).flatMap((service) => {
    const { typeName, methods } = SERVICES[service];
    return methods.map((descriptor: DescMethod): Method => {
      const { localName, name, input, output } = descriptor;
      return {
        service: typeName,
        name,
        path: `/${typeName}/${name}`,
        input,
        output,
        binding: bindingOf(descriptor),
        rules: entryOf<readonly AccessRule[]>(ACCESS_RULES[service], localName),
        handle: entryOf<Method["handle"]>(handlers[service], localName),
      };
    });
  });
}

/** The types of both tables say that each method is there; here they meet the descriptors, which are made of text. */
function entryOf<T>(table: object, localName: string): T {
  const entry = (table as Readonly<Record<string, T | undefined>>)[localName];
  if (entry === undefined) throw new Error(`Cannot serve ${localName}: nothing handles it`);
  return entry;
}
