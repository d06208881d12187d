import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import {
  type CallOptions,
  type ChannelCredentials,
  Client,
  credentials,
  Metadata,
  type MetadataValue,
} from "@grpc/grpc-js";
import { TOKEN } from "./served-handlers.ts";

/** A client that knows nothing of services: a path, bytes, bytes. */
export class GrpcCaller {
  readonly client: Client;

  constructor(address: string, secret: ChannelCredentials = credentials.createInsecure()) {
    this.client = new Client(address, secret);
  }

  /** One unary call with messages. @throws ServiceError */
  async call<I extends DescMessage, O extends DescMessage>(
    path: string,
    [input, init, output]: readonly [I, MessageInitShape<I>, O],
    options: GrpcCallOptions = {},
  ): Promise<MessageShape<O>> {
    const bytes = await this.callBytes(path, toBinary(input, create(input, init)), options);
    return fromBinary(output, bytes);
  }

  callBytes(path: string, request: Uint8Array, options: GrpcCallOptions = {}): Promise<Uint8Array> {
    const { token = TOKEN, metadata = {}, ...rest } = options;
    const sent = new Metadata();
    if (token !== "") sent.set("authorization", `Bearer ${token}`);
    for (const [key, value] of Object.entries(metadata)) sent.add(key, value);
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(
        path,
        (bytes: Uint8Array) => Buffer.from(bytes),
        (bytes) => bytes,
        request,
        sent,
        rest,
        (error, answer) => {
          if (error) reject(error);
          else resolve(answer ?? new Uint8Array());
        },
      );
    });
  }

  /** The first message of a stream, which is then left. @throws ServiceError when there is none */
  beginningOf(path: string, request: Uint8Array): Promise<Uint8Array> {
    const metadata = new Metadata();
    metadata.set("authorization", `Bearer ${TOKEN}`);
    const call = this.client.makeServerStreamRequest(
      path,
      (bytes: Uint8Array) => Buffer.from(bytes),
      (bytes): Uint8Array => bytes,
      request,
      metadata,
    );
    return new Promise((resolve, reject) => {
      call.on("data", (message: Uint8Array) => {
        resolve(message);
        call.cancel();
      });
      call.on("error", reject);
      call.on("end", () => resolve(new Uint8Array()));
    });
  }

  close(): void {
    this.client.close();
  }
}

export interface GrpcCallOptions extends CallOptions {
  /** `""`: none. */
  readonly token?: string;
  readonly metadata?: Readonly<Record<string, MetadataValue>>;
}
