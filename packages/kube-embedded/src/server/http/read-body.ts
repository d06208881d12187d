import type { Readable } from "node:stream";
import { KubeError } from "@heliostat/kube";

/** Kubernetes' limit for what one request may carry. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** The whole body of a request, which stays open so that a refusal can be answered. @throws KubeError `RequestEntityTooLarge`, `BadRequest` when it breaks off */
export async function readBody(request: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    const received: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
    for await (const chunk of received) {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof KubeError) throw cause;
    throw new KubeError("BadRequest", "Cannot read the request body: the connection broke off", { cause });
  }
  return Buffer.concat(chunks, bytes);
}

function tooLarge(): KubeError {
  return new KubeError("RequestEntityTooLarge", `Request entity too large: limit is ${MAX_BODY_BYTES}`);
}
