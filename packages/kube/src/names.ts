import type { Random } from "./time/clock.ts";

/** No vowels and nothing that looks like something else (Kubernetes: `rand.String`). */
const SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

const DNS_1123_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_1123_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const DNS_1035_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const QUALIFIED_NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

/** Random lower-case letters and digits that can end a Kubernetes name. */
export function randomSuffix(random: Random, length = 5): string {
  let suffix = "";
  while (suffix.length < length)
    suffix += SUFFIX_ALPHABET[Math.floor(random.fraction() * SUFFIX_ALPHABET.length)];
  return suffix;
}

/** At most 63 characters, lower case; may begin with a digit. */
export function isDns1123Label(text: string): boolean {
  return text.length <= 63 && DNS_1123_LABEL.test(text);
}

/** At most 253 characters; labels joined by dots: the rule of most object names. */
export function isDns1123Subdomain(text: string): boolean {
  return text.length <= 253 && DNS_1123_SUBDOMAIN.test(text);
}

/** Like a DNS-1123 label, but begins with a letter: the rule of Service names. */
export function isDns1035Label(text: string): boolean {
  return text.length <= 63 && DNS_1035_LABEL.test(text);
}

/** Whether `text` may be the value of a label. */
export function isLabelValue(text: string): boolean {
  return text.length <= 63 && LABEL_VALUE.test(text);
}

/** Whether `text` may be the key of a label or an annotation: `[prefix/]name`. */
export function isQualifiedName(text: string): boolean {
  const parts = text.split("/");
  const name = parts.at(-1) ?? "";
  const hasValidPrefix = parts.length === 1 || (parts.length === 2 && isDns1123Subdomain(parts[0] ?? ""));
  return hasValidPrefix && name.length <= 63 && QUALIFIED_NAME.test(name);
}
