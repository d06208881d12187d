import { KubeError } from "@heliostat/kube";
import type { SpdyConnection } from "../spdy/spdy-connection.ts";
import type { SpdyStream } from "../spdy/spdy-stream.ts";
import { type ForwardTarget, portNumber } from "./forward-target.ts";
import { joinConnection } from "./forwarded-connection.ts";

/** How long the second stream of a pair may take (Kubernetes rule). */
const PAIR_WITHIN_MS = 30_000;

/**
 * Forward connections over SPDY: each is a pair of streams, one for its data and one on which we say what went wrong.
 * Resolves when the client is gone.
 */
export async function forwardOverSpdy(connection: SpdyConnection, target: ForwardTarget): Promise<void> {
  const half = new Map<string, HalfPair>();
  for await (const stream of connection.streams) {
    const refusal = whyRefused(stream);
    if (refusal) {
      await refuse(stream, refusal);
      continue;
    }
    const id = requestId(stream);
    const before = half.get(id);
    half.delete(id);
    before?.settle();
    if (before && typeOf(before.stream) !== typeOf(stream))
      void forward(pairOf(before.stream, stream), target);
    else
      half.set(
        id,
        halfPair(stream, () => half.delete(id)),
      );
  }
  for (const { settle } of half.values()) settle();
}

/** A stream that waits for its other half. */
interface HalfPair {
  readonly stream: SpdyStream;
  /** Wait no longer. */
  settle(): void;
}

function halfPair(stream: SpdyStream, giveUp: () => void): HalfPair {
  const timer = setTimeout(() => {
    giveUp();
    const message = `(request=${requestId(stream)}) timed out waiting for streams`;
    void (typeOf(stream) === "error" ? complain(stream, message) : stream.reset()).catch(() => undefined);
  }, PAIR_WITHIN_MS);
  return { stream, settle: () => clearTimeout(timer) };
}

interface Pair {
  readonly data: SpdyStream;
  readonly error: SpdyStream;
}

function pairOf(one: SpdyStream, other: SpdyStream): Pair {
  return typeOf(one) === "data" ? { data: one, error: other } : { data: other, error: one };
}

/** One connection, to its end. Whatever becomes of it is said on its error stream, and nothing of it goes further. */
async function forward({ data, error }: Pair, target: ForwardTarget): Promise<void> {
  try {
    const pod = await target.connect(portNumber(data.headers.get("port") ?? ""));
    if (data.signal.aborted) pod.destroy();
    data.signal.addEventListener("abort", () => pod.destroy(), { once: true });
    await joinConnection(data, pod);
    await error.end();
  } catch (cause) {
    if (cause instanceof KubeError) await complain(error, cause.message).catch(() => undefined);
    data.discard();
    await Promise.all([data.end(), error.end()]).catch(() => undefined);
  }
}

async function complain(error: SpdyStream, message: string): Promise<void> {
  await error.send(Buffer.from(message));
  await error.end();
}

/** In Kubernetes' words; `undefined` when the stream says all that it must. */
function whyRefused(stream: SpdyStream): string | undefined {
  const type = typeOf(stream);
  const port = stream.headers.get("port");
  if (type === undefined) return '"streamType" header is required';
  if (type !== "data" && type !== "error") return `invalid stream type "${type}"`;
  if (port === undefined || port === "") return '"port" header is required';
  try {
    portNumber(port);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function refuse(stream: SpdyStream, why: string): Promise<void> {
  const canTell = typeOf(stream) === "error";
  await (canTell ? complain(stream, why) : stream.reset()).catch(() => undefined);
}

function typeOf({ headers }: SpdyStream): string | undefined {
  return headers.get("streamtype");
}

/** Old clients give none: then the data stream is the one that follows its error stream. */
function requestId(stream: SpdyStream): string {
  const given = stream.headers.get("requestid");
  if (given !== undefined && given !== "") return given;
  return String(typeOf(stream) === "error" ? stream.id : stream.id - 2);
}
