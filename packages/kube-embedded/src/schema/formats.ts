import {
  epochMsOf,
  isDns1035Label,
  isDns1123Label,
  isDns1123Subdomain,
  parseQuantity,
} from "@heliostat/kube";

const RFC3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const DURATION = /^[+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*$/;
const BASE64 = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const UUID = /^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$/;
const HOSTNAME =
  /^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:\S*$/;
const MAC = /^([0-9A-Fa-f]{2}[:-]){5}([0-9A-Fa-f]{2}[:-]){0,2}[0-9A-Fa-f]{2}$/;
const IPV4_PART = /^(0|[1-9]\d{0,2})$/;
const IPV6_GROUP = /^[0-9A-Fa-f]{1,4}$/;

/** Our own, for rules of built-in kinds and of embedded objects, by names that no author of a definition writes. */
export const OWN_FORMATS = {
  label: "heliostat:dns-1123-label",
  quantity: "heliostat:quantity",
  kind: "heliostat:embedded-kind",
} as const;

/** The formats that are enforced. Kubernetes knows a closed list and lets every other `format` pass. */
const FORMATS: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ["date-time", (text) => RFC3339.test(text) && epochMsOf(text) !== undefined],
  ["datetime", (text) => RFC3339.test(text) && epochMsOf(text) !== undefined],
  ["date", (text) => DATE.test(text)],
  ["duration", (text) => text === "0" || DURATION.test(text)],
  ["byte", (text) => BASE64.test(text.replaceAll(/[\r\n]/g, ""))],
  ["uuid", (text) => UUID.test(text)],
  ["uuid3", (text) => UUID.test(text)],
  ["uuid4", (text) => UUID.test(text)],
  ["uuid5", (text) => UUID.test(text)],
  ["hostname", (text) => text.length <= 255 && HOSTNAME.test(text)],
  ["email", (text) => EMAIL.test(text)],
  ["uri", (text) => URI.test(text)],
  ["mac", (text) => MAC.test(text)],
  ["ipv4", isIpv4],
  ["ipv6", isIpv6],
  ["cidr", isCidr],
  ["k8s-short-name", isDns1123Label],
  ["k8s-long-name", isDns1123Subdomain],
  [OWN_FORMATS.label, isDns1123Label],
  [OWN_FORMATS.quantity, (text) => parseQuantity(text) !== undefined],
  [OWN_FORMATS.kind, (text) => isDns1035Label(text.toLowerCase())],
]);

/** Formats whose violation has a sentence of its own in Kubernetes. */
const SENTENCES: ReadonlyMap<string, string> = new Map([
  [
    OWN_FORMATS.label,
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  ],
  [
    OWN_FORMATS.kind,
    "may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
  ],
  [
    OWN_FORMATS.quantity,
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
]);

/** Whether `text` is of that format; formats that Kubernetes does not know are no constraint. */
export function hasFormat(format: string, text: string): boolean {
  return FORMATS.get(format)?.(text) ?? true;
}

/** The sentence that Kubernetes has for a violation of this format, when it has one. */
export function formatSentence(format: string): string | undefined {
  return SENTENCES.get(format);
}

/** Four decimal numbers without leading zeros. */
export function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => IPV4_PART.test(part) && Number(part) <= 255);
}

/** Eight groups, or fewer around one `::`; the last two may be written as an IPv4 address. */
export function isIpv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2 || !text.includes(":")) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1) ?? "";
  const hasIpv4 = last.includes(".");
  if (hasIpv4 && !isIpv4(last)) return false;
  const hexGroups = hasIpv4 ? groups.slice(0, -1) : groups;
  const count = hexGroups.length + (hasIpv4 ? 2 : 0);
  return (
    hexGroups.every((group) => IPV6_GROUP.test(group)) && (halves.length === 2 ? count < 8 : count === 8)
  );
}

function isCidr(text: string): boolean {
  const [address = "", bits = "", ...more] = text.split("/");
  if (more.length > 0 || !IPV4_PART.test(bits)) return false;
  return isIpv4(address) ? Number(bits) <= 32 : isIpv6(address) && Number(bits) <= 128;
}
