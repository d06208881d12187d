import type { Json } from "@heliostat/kube";

/**
 * A short text that differs between templates, fit for names and labels. Our own function: nobody computes the hash of
 * another's template, so it need not be the same as elsewhere (Kubernetes itself has changed it).
 *
 * @param attempt counts up while the hash is already taken by another template
 */
export function templateHash(template: unknown, attempt = 0): string {
  const text = canonicalText(JSON.parse(JSON.stringify(template)) as Json);
  return inSafeAlphabet(fnv1a(attempt === 0 ? text : `${text}#${attempt}`));
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

function fnv1a(text: string): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME) >>> 0;
  }
  return hash;
}

/** No vowels and nothing that looks like something else (Kubernetes: `SafeEncodeString`). */
const SAFE_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

function inSafeAlphabet(hash: number): string {
  return [...String(hash)].map((digit) => SAFE_ALPHABET[digit.charCodeAt(0) % SAFE_ALPHABET.length]).join("");
}

/** The same for equal values, in whatever order their keys were written. */
function canonicalText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonicalText(each)}`).join(",")}}`;
}
