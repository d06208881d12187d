import { type ClientHttp2Session, connect, constants } from "node:http2";
import type { Socket } from "node:net";

export interface GrpcHealthCheck {
  /** `host:port` of the server, as it knows itself. */
  readonly authority: string;
  /** Whose health is asked for; empty: the server's. */
  readonly service: string;
  readonly signal: AbortSignal;
}

/**
 * Ask a server for its health over a connection that is used for nothing else (`grpc.health.v1.Health/Check`).
 *
 * @returns the serving status that it answers with: `SERVING`, `NOT_SERVING`, …
 * @throws Error in the words of Kubernetes' prober when it does not answer
 */
export async function grpcHealth(socket: Socket, check: GrpcHealthCheck): Promise<string> {
  const session = connect(`http://${check.authority}`, { createConnection: () => socket });
  const drop = (): void => session.destroy();
  check.signal.addEventListener("abort", drop, { once: true });
  try {
    return statusIn(await answerOf(session, check.service));
  } finally {
    check.signal.removeEventListener("abort", drop);
    session.destroy();
  }
}

interface GrpcAnswer {
  /** gRPC's status code, `""` when the server speaks something else. */
  readonly code: string;
  readonly message: string;
  readonly body: Buffer;
}

const REQUEST_HEADERS = {
  [constants.HTTP2_HEADER_METHOD]: "POST",
  [constants.HTTP2_HEADER_PATH]: "/grpc.health.v1.Health/Check",
  "content-type": "application/grpc",
  "user-agent": "kube-probe/1.33",
  te: "trailers",
};

function answerOf(session: ClientHttp2Session, service: string): Promise<GrpcAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (cause?: Error): void =>
      reject(
        new Error(`error: health rpc probe failed: ${cause?.message ?? "connection closed"}`, { cause }),
      );
    session.once("error", fail).once("close", () => fail());
    const stream = session.request(REQUEST_HEADERS);
    const chunks: Buffer[] = [];
    let status: GrpcAnswer = { code: "", message: "", body: Buffer.alloc(0) };
    const note = (headers: Readonly<Record<string, unknown>>): void => {
      const { "grpc-status": code, "grpc-message": message = "" } = headers;
      if (code !== undefined) status = { ...status, code: String(code), message: String(message) };
    };
    stream.on("response", note).on("trailers", note).on("error", fail);
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => resolve({ ...status, body: Buffer.concat(chunks) }));
    stream.end(framed(healthCheckRequest(service)));
  });
}

/** Field 1, a string; not sent when it is empty. */
function healthCheckRequest(service: string): Buffer {
  const name = Buffer.from(service);
  return name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, ...varint(name.length)]), name]);
}

/** Seven bits a byte, the low ones first; the high bit says that more follow. */
function varint(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

/** Before each message stand a byte that says "not compressed" and its length. */
function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

const FRAME_HEAD_BYTES = 5;
const UNIMPLEMENTED = "12";
const STATUSES = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

function statusIn({ code, message, body }: GrpcAnswer): string {
  if (code === UNIMPLEMENTED)
    throw new Error(
      `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${message}`,
    );
  if (code !== "0")
    throw new Error(`error: health rpc probe failed: ${message || `status ${code || "missing"}`}`);
  // Field 1, a number below 128; the default, UNKNOWN, is not sent.
  const [tag, status = 0] = body.subarray(FRAME_HEAD_BYTES);
  return STATUSES[tag === 0x08 ? status : 0] ?? "UNKNOWN";
}
