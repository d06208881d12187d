import { type Json, KubeError } from "@heliostat/kube";
import { decodedMessage, type MessageContext } from "./decode-message.ts";
import { envelopeContent } from "./envelope-start.ts";
import type { MessageTypes } from "./message-table.ts";
import { WireError } from "./wire-reader.ts";

/**
 * The object in a Kubernetes protobuf body (`k8s\0`, then a `runtime.Unknown` that says which kind it holds), as JSON
 * clients would have sent it.
 *
 * @throws KubeError `BadRequest` when it is none, is broken, or is of a kind without a protobuf form
 */
export function decodedEnvelope(body: Uint8Array, types: MessageTypes): Json {
  return decodedNested(body, { types, depth: 0, embedded: decodedNested });
}

function decodedNested(body: Uint8Array, context: MessageContext): Json {
  const content = envelopeContent(body);
  if (!content) throw unreadable("it does not begin with the bytes of a Kubernetes envelope");
  try {
    return decodedObject(content, context);
  } catch (cause) {
    if (cause instanceof WireError) throw unreadable(cause.message, cause);
    throw cause;
  }
}

interface Unknown {
  readonly typeMeta?: { readonly apiVersion?: string; readonly kind?: string };
  /** Base64, as all bytes in JSON. */
  readonly raw?: string;
  readonly contentEncoding?: string;
  readonly contentType?: string;
}

function decodedObject(bytes: Uint8Array, context: MessageContext): Json {
  const envelope = decodedMessage("runtime.Unknown", bytes, context) as Unknown;
  const { typeMeta: { apiVersion = "", kind = "" } = {}, raw = "", contentEncoding, contentType } = envelope;
  if (contentEncoding) throw unreadable(`its content encoding is "${contentEncoding}"`);
  if (contentType) throw unreadable(`its content type is "${contentType}"`);
  const message = context.types.messageOf(apiVersion, kind);
  if (message === undefined)
    throw new KubeError("BadRequest", `no kind "${kind}" is registered for version "${apiVersion}"`);
  const value = decodedMessage(message, Buffer.from(raw, "base64"), context);
  return { apiVersion, kind, ...(value as object) };
}

function unreadable(why: string, cause?: unknown): KubeError {
  return new KubeError("BadRequest", `Cannot read the request body as protobuf: ${why}`, { cause });
}
