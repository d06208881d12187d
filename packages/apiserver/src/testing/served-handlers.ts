import { create, type DescMessage, type DescMethod, type Message } from "@bufbuild/protobuf";
import type { Access, Authenticator, Authorizer } from "@heliostat/identity";
import { type Clock, type Random, SILENT } from "@heliostat/kube";
import { SeededRandom } from "@heliostat/kube/testing";
import { SERVICES, type ServiceName, STREAM_SERVICES } from "@heliostat/proto";
import { type ApiServer, type ApiServerOptions, apiServer } from "../api-server.ts";
import type { CallContext, Handlers, StreamHandlers } from "../handlers.ts";

/** What a test lets a method answer; all others answer with an empty message. */
export type AnswerOf = (
  method: DescMethod,
  request: Message,
  call: CallContext,
) => Message | Promise<Message> | undefined;

/** Handlers that answer what a test says. Not a server of anything: transports are what it tests. */
export function handlersThat(answer: AnswerOf): Handlers {
  const services = (Object.keys(SERVICES) as ServiceName[]).map((service) => [
    service,
    Object.fromEntries(
      SERVICES[service].methods.map((method: DescMethod) => [
        method.localName,
        async (request: Message, call: CallContext) =>
          answer(method, request, call) ?? create(method.output as DescMessage),
      ]),
    ),
  ]);
  return Object.fromEntries(services) as Handlers;
}

/** Streams of one message each. */
export function streamsThat(answer: AnswerOf): StreamHandlers {
  const streams = STREAM_SERVICES.StreamService.methods.map((method: DescMethod) => [
    method.localName,
    async (request: Message, call: CallContext) => {
      const message = (await answer(method, request, call)) ?? create(method.output as DescMessage);
      return (async function* () {
        yield message;
      })();
    },
  ]);
  return Object.fromEntries(streams) as StreamHandlers;
}

export const TOKEN = "a-token-of-the-tests";

/** Knows one token, of a caller who may everything but what a test forbids. */
export function identityThat(allows: (access: Access) => boolean = () => true): Authenticator & Authorizer {
  return {
    authenticate: async ({ bearer }) =>
      bearer === TOKEN ? { name: "alice", groups: ["team-a"], isAdmin: false } : undefined,
    authorize: async (_caller, access) => ({ isAllowed: allows(access), reason: "" }),
  };
}

export const REAL_CLOCK: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};

const RANDOM: Random = new SeededRandom();

/** A server on free ports of the loopback. */
export function served(answer: AnswerOf, options: Partial<ApiServerOptions> = {}): Promise<ApiServer> {
  const identity = identityThat();
  return apiServer({
    handlers: handlersThat(answer),
    streams: streamsThat(answer),
    authenticator: identity,
    authorizer: identity,
    clock: REAL_CLOCK,
    random: RANDOM,
    logger: SILENT,
    http: { host: "127.0.0.1", port: 0 },
    grpc: { host: "127.0.0.1", port: 0 },
    ...options,
  });
}
