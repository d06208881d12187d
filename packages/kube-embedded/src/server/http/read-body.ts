import type { Readable } from "node:stream";
import { KubeError } from "@heliostat/kube";

/** Kubernetes' limit for what one request may carry. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** The whole body of a request, which stays open so that a refusal can be answered. @throws KubeError `RequestEntityTooLarge`, `BadRequest` when it breaks off */
export function readBody(request: Readable): Promise<Buffer> {
  // Listeners and not an iterator: that costs more than all else that a small body needs.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", take);
    request.once("end", finish);
    request.once("error", breakOff);
    request.once("close", breakOff);

    function take(chunk: Buffer): void {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= MAX_BODY_BYTES) return;
      leave();
      request.pause();
      reject(tooLarge());
    }

    function finish(): void {
      leave();
      const [only] = chunks;
      resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, bytes));
    }

    function breakOff(cause: unknown): void {
      leave();
      reject(brokenOff(cause));
    }

    function leave(): void {
      request.off("data", take).off("end", finish).off("error", breakOff).off("close", breakOff);
    }
  });
}

function tooLarge(): KubeError {
  return new KubeError("RequestEntityTooLarge", `Request entity too large: limit is ${MAX_BODY_BYTES}`);
}

function brokenOff(cause: unknown): KubeError {
  return new KubeError("BadRequest", "Cannot read the request body: the connection broke off", { cause });
}
