import type { KubeWire, WireAnswer } from "@heliostat/kube";
import { isKubeError, KubeError } from "@heliostat/kube";
import type { FastifyReply, FastifyRequest } from "fastify";
import { sendBytes } from "../http/send-bytes.ts";
import type { SentBody } from "./filled-body.ts";

export interface PassedOn {
  readonly wire: KubeWire;
  /** With its query; not the caller's, but what he was allowed to ask for. */
  readonly path: string;
  readonly body?: SentBody;
  /** Aborts when nobody waits for the answer any longer. */
  readonly signal: AbortSignal;
}

/** Kubernetes' answer to a caller's request, as it is: its status, its encoding, its stream. @throws KubeError */
export async function passOn(
  request: FastifyRequest,
  reply: FastifyReply,
  { wire, path, body, signal }: PassedOn,
): Promise<FastifyReply> {
  const headers = { ...headersOn(request), ...(body?.contentType && { "content-type": body.contentType }) };
  const bytes = body?.bytes;
  const sent = { method: request.method, path, headers, signal, ...(bytes && { body: bytes }) };
  const answer = await wire.send(sent).catch(refused);
  reply.headers(headersBack(answer));
  await sendBytes(reply.code(answer.status), { bytes: answer.body, signal });
  return reply;
}

/** Whose credentials Kubernetes does not accept is this server: its callers can do nothing about it. */
function refused(error: unknown): never {
  if (!isKubeError(error, "Unauthorized")) throw error;
  throw new KubeError("Unavailable", "Kubernetes does not accept this server's credentials", {
    cause: error,
  });
}

/** What decides how an answer looks, and whose field manager a writer is. Nothing by which anybody is known. */
const ON = ["accept", "accept-encoding", "if-none-match", "user-agent"];

function headersOn({ headers }: FastifyRequest): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ON.flatMap((name) => (typeof headers[name] === "string" ? [[name, headers[name]]] : [])),
  );
}

const BACK: ReadonlySet<string> = new Set([
  ...["cache-control", "content-encoding", "content-length", "content-type", "etag", "expires"],
  ...["last-modified", "retry-after", "vary", "warning"],
]);

function headersBack({ headers }: WireAnswer): Record<string, string | string[]> {
  const kept = Object.entries(headers).filter(([name]) => BACK.has(name));
  return Object.fromEntries(kept) as Record<string, string | string[]>;
}
