import type { Json } from "@heliostat/kube";
import { base32Hex, sha1 } from "./sha1.ts";

/**
 * A fingerprint of plain data in KubeRay's form: SHA-1 in base32hex, 32 characters. The order of keys does not matter,
 * and a key without a value counts as absent.
 */
export function fingerprint(value: unknown): string {
  return base32Hex(sha1(canonicalJson(value as Json)));
}

function canonicalJson(value: Json): string {
  return JSON.stringify(value, (_key, each: Json) =>
    each !== null && typeof each === "object" && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  );
}
