import { hash, timingSafeEqual } from "node:crypto";

/** SHA-256, for whoever must know a secret again without keeping it. */
export function digestOf(secret: string): Buffer {
  return hash("sha256", secret, "buffer");
}

/** {@link digestOf} as a key of maps. */
export function digestText(secret: string): string {
  // In one go: it is asked for at every call of every façade.
  return hash("sha256", secret, "base64url");
}

/** Whether two digests are the same; takes as long whether they are or not. */
export function isSameDigest(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}
