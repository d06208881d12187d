import {
  type MethodDefinition,
  Server,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";
import type { Method } from "../calls/methods.ts";
import type { StreamMethod } from "../calls/stream-methods.ts";
import type { CertificateSource } from "../certificate.ts";
import { tcpListener } from "../sockets/tcp-listener.ts";
import { withinMs } from "../within-ms.ts";
import { encoder } from "./encoded.ts";
import { endingServices } from "./ending-services.ts";
import { addReflection } from "./reflection.ts";
import { RunningCalls } from "./running-calls.ts";
import { serverCredentials } from "./server-credentials.ts";
import { type StreamAnswerOptions, streamAnswer } from "./stream-answer.ts";
import { type AnswerOptions, unaryAnswer } from "./unary-answer.ts";

export interface GrpcServerOptions extends Omit<AnswerOptions, "encode">, StreamAnswerOptions {
  /** Methods that answer with a stream. */
  readonly streamMethods: readonly StreamMethod[];
  /** Port 0 for any. */
  readonly address: { readonly host: string; readonly port: number };
  /** @default in clear */
  readonly tls?: CertificateSource;
  /** The largest message that is read. */
  readonly messageBytesMax: number;
}

export interface GrpcServer {
  readonly port: number;
  /** Take no new calls, and resolve when those that run have been answered. */
  drain(): Promise<void>;
  /** Drop the calls that still run. */
  close(): void;
}

/** How long the last words of streams may take to go out. */
const FAREWELL_MS = 500;

/** Serve the methods over gRPC, with reflection and the health service. @throws Error when the address is taken */
export async function grpcServer(
  methods: readonly Method[],
  options: GrpcServerOptions,
): Promise<GrpcServer> {
  const server = new Server({
    "grpc.max_receive_message_length": options.messageBytesMax,
    // A list of ten thousand clusters is no reason to fail.
    "grpc.max_send_message_length": -1,
  });
  const answering = { ...options, encode: encoder(), running: new RunningCalls() };
  for (const service of new Set(methods.map((method) => method.service))) {
    const those = methods.filter((method) => method.service === service);
    server.addService(definitionOf(those), implementationOf(those, answering));
  }
  addStreams(server, options);
  const served = new Set(["", ...[...methods, ...options.streamMethods].map(({ service }) => service)]);
  const health = new HealthImplementation(
    Object.fromEntries([...served].map((service) => [service, "SERVING"])),
  );
  const leaving = new AbortController();
  const ending = endingServices(server, leaving.signal);
  health.addToServer(ending);
  addReflection(ending);
  const injector = server.createConnectionInjector(serverCredentials(options.tls));
  const listener = await tcpListener(options.address, (connection) => injector.injectConnection(connection));
  return {
    port: listener.port,
    async drain() {
      for (const service of served) health.setStatus(service, "NOT_SERVING");
      leaving.abort();
      const isClosed = listener.close();
      const isShut = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      // Neither a request of which half has come nor a caller who reads nothing is a reason to wait.
      await Promise.race([isShut, answering.running.untilNone()]);
      await withinMs(isClosed, FAREWELL_MS, options.clock);
      close();
    },
    close,
  };

  function close(): void {
    server.forceShutdown();
    // Connections that never came to speak HTTP/2 are known to the listener alone.
    listener.drop();
  }
}

/** Messages cross as bytes: what cannot be decoded is the caller's mistake, which grpc-js would call internal. */
type BytesMethod = MethodDefinition<Uint8Array, Uint8Array>;

function definitionOf(methods: readonly Pick<Method, "name" | "path">[]): ServiceDefinition {
  return Object.fromEntries(
    methods.map(({ name, path }): [string, BytesMethod] => [
      name,
      {
        path,
        requestStream: false,
        responseStream: false,
        requestSerialize: asBuffer,
        requestDeserialize: (bytes) => bytes,
        responseSerialize: asBuffer,
        responseDeserialize: (bytes) => bytes,
      },
    ]),
  );
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

interface Answering extends AnswerOptions {
  readonly running: RunningCalls;
}

function implementationOf(methods: readonly Method[], options: Answering): UntypedServiceImplementation {
  return Object.fromEntries(
    methods.map((method) => {
      const answer = unaryAnswer(method, options);
      return [
        method.name,
        (call: ServerUnaryCall<Uint8Array, Uint8Array>, reply: sendUnaryData<Uint8Array>) => {
          options.running.begin(call);
          void answer(call, reply);
        },
      ];
    }),
  );
}

function addStreams(server: Server, { streamMethods, ...options }: GrpcServerOptions): void {
  if (streamMethods.length === 0) return;
  const unary = definitionOf(streamMethods);
  const definition = Object.fromEntries(
    Object.entries(unary).map(([name, method]) => [name, { ...method, responseStream: true }]),
  );
  const implementation = streamMethods.map((method) => {
    const answer = streamAnswer(method, options);
    return [
      method.name,
      (call: ServerWritableStream<Uint8Array, Uint8Array>) => {
        void answer(call);
      },
    ] as const;
  });
  server.addService(definition as ServiceDefinition, Object.fromEntries(implementation));
}
