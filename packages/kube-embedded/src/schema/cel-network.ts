import type { Environment } from "@marcbachmann/cel-js";
import { isIpv4, isIpv6 } from "./formats.ts";

/** An address as rules take it apart: its bits, and how many there are. */
class IpAddress {
  readonly bits: bigint;
  readonly length: 32 | 128;

  constructor(bits: bigint, length: 32 | 128) {
    this.bits = bits;
    this.length = length;
  }

  toString(): string {
    return this.length === 32 ? ipv4Text(this.bits) : ipv6Text(this.bits);
  }
}

class Cidr {
  readonly address: IpAddress;
  readonly prefixLength: number;

  constructor(address: IpAddress, prefixLength: number) {
    this.address = address;
    this.prefixLength = prefixLength;
  }

  toString(): string {
    return `${this.address}/${this.prefixLength}`;
  }
}

/** So that `ip.isCanonical(…)` reads as a call of a member. */
class IpNamespace {}

class Url {
  readonly parsed: URL;

  constructor(parsed: URL) {
    this.parsed = parsed;
  }
}

/** The libraries `ip`, `cidr` and `url` of Kubernetes' CEL. */
export function registerNetworkFunctions(environment: Environment): void {
  registerAddresses(environment);
  registerNetworks(environment);
  registerUrls(environment);
}

function registerAddresses(environment: Environment): void {
  environment
    .registerType("net.IP", { ctor: IpAddress, fields: {} })
    .registerFunction("isIP(string): bool", (text: string) => isIpv4(text) || isIpv6(text))
    .registerFunction("ip(string): net.IP", address)
    .registerType("IpNamespace", { ctor: IpNamespace, fields: {} })
    .registerConstant("ip", "IpNamespace", new IpNamespace())
    .registerFunction(
      "IpNamespace.isCanonical(string): bool",
      (_: unknown, text: string) => String(address(text)) === text,
    )
    .registerFunction("string(net.IP): string", (ip: IpAddress) => String(ip))
    .registerFunction("net.IP.family(): int", ({ length }: IpAddress) => (length === 32 ? 4n : 6n));
  for (const [name, [v4, v6]] of Object.entries(KINDS)) {
    const networks = [network(v4), network(v6)];
    environment.registerFunction(`net.IP.${name}(): bool`, (ip: IpAddress) =>
      networks.some((each) => contains(each, ip)),
    );
  }
  environment.registerFunction("net.IP.isGlobalUnicast(): bool", (ip: IpAddress) => !isSpecial(ip));
}

const KINDS: Readonly<Record<string, readonly [v4: string, v6: string]>> = {
  isUnspecified: ["0.0.0.0/32", "::/128"],
  isLoopback: ["127.0.0.0/8", "::1/128"],
  isLinkLocalMulticast: ["224.0.0.0/24", "ff02::/16"],
  isLinkLocalUnicast: ["169.254.0.0/16", "fe80::/10"],
};

/** Addresses of nobody in particular, or of everybody: no single host of the wide world has them (Go's net/netip). */
const SPECIAL = ["0.0.0.0/32", "255.255.255.255/32", "127.0.0.0/8", "224.0.0.0/4", "169.254.0.0/16"].concat([
  "::/128",
  "::1/128",
  "ff00::/8",
  "fe80::/10",
]);

function isSpecial(ip: IpAddress): boolean {
  return SPECIAL.some((each) => contains(network(each), ip));
}

function registerNetworks(environment: Environment): void {
  environment
    .registerType("net.CIDR", { ctor: Cidr, fields: {} })
    .registerFunction("isCIDR(string): bool", (text: string) => parsedNetwork(text) !== undefined)
    .registerFunction("cidr(string): net.CIDR", network)
    .registerFunction("string(net.CIDR): string", (cidr: Cidr) => String(cidr))
    .registerFunction("net.CIDR.containsIP(net.IP): bool", contains)
    .registerFunction("net.CIDR.containsIP(string): bool", (cidr: Cidr, text: string) =>
      contains(cidr, address(text)),
    )
    .registerFunction("net.CIDR.containsCIDR(net.CIDR): bool", encloses)
    .registerFunction("net.CIDR.containsCIDR(string): bool", (cidr: Cidr, text: string) =>
      encloses(cidr, network(text)),
    )
    .registerFunction("net.CIDR.ip(): net.IP", (cidr: Cidr) => cidr.address)
    .registerFunction("net.CIDR.masked(): net.CIDR", masked)
    .registerFunction("net.CIDR.prefixLength(): int", (cidr: Cidr) => BigInt(cidr.prefixLength));
}

function registerUrls(environment: Environment): void {
  environment
    .registerType("kubernetes.URL", { ctor: Url, fields: {} })
    .registerFunction("isURL(string): bool", (text: string) => parsedUrl(text) !== undefined)
    .registerFunction("url(string): kubernetes.URL", url)
    .registerFunction("kubernetes.URL.getScheme(): string", ({ parsed }: Url) => parsed.protocol.slice(0, -1))
    .registerFunction("kubernetes.URL.getHost(): string", ({ parsed }: Url) => parsed.host)
    .registerFunction("kubernetes.URL.getHostname(): string", ({ parsed }: Url) =>
      parsed.hostname.replace(/^\[|\]$/g, ""),
    )
    .registerFunction("kubernetes.URL.getPort(): string", ({ parsed }: Url) => parsed.port)
    .registerFunction("kubernetes.URL.getEscapedPath(): string", ({ parsed }: Url) => parsed.pathname)
    .registerFunction("kubernetes.URL.getQuery(): map<string, list<string>>", ({ parsed }: Url) =>
      Object.fromEntries(
        [...new Set(parsed.searchParams.keys())].map((key) => [key, parsed.searchParams.getAll(key)]),
      ),
    );
}

function url(text: string): Url {
  const parsed = parsedUrl(text);
  if (parsed) return parsed;
  throw new Error(
    `URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`,
  );
}

/** Kubernetes takes absolute URLs and absolute paths. */
function parsedUrl(text: string): Url | undefined {
  if (text.startsWith("/")) return new Url(new URL(`path://${text}`));
  const isAbsolute = /^[A-Za-z][A-Za-z0-9+.-]*:\S*$/.test(text);
  return isAbsolute && URL.canParse(text) ? new Url(new URL(text)) : undefined;
}

function address(text: string): IpAddress {
  const parsed = parsedAddress(text);
  if (parsed) return parsed;
  throw new Error(`IP Address ${JSON.stringify(text)} parse error during conversion from string`);
}

function parsedAddress(text: string): IpAddress | undefined {
  if (isIpv4(text)) return new IpAddress(joined(text.split(".").map(Number), 8n), 32);
  return isIpv6(text) ? new IpAddress(joined(ipv6Groups(text), 16n), 128) : undefined;
}

function joined(parts: readonly number[], width: bigint): bigint {
  return parts.reduce((bits, part) => (bits << width) | BigInt(part), 0n);
}

/** The eight groups of an IPv6 address, the gap filled and an IPv4 tail made two of them. */
function ipv6Groups(text: string): readonly number[] {
  const [head = "", rest] = withoutIpv4Tail(text).split("::");
  const before = groupNumbers(head);
  if (rest === undefined) return before;
  const after = groupNumbers(rest);
  const gap = Array.from({ length: GROUPS - before.length - after.length }, () => 0);
  return [...before, ...gap, ...after];
}

const GROUPS = 8;

function groupNumbers(text: string): readonly number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}

function withoutIpv4Tail(text: string): string {
  return text.replace(/\d+\.\d+\.\d+\.\d+$/, (tail) => {
    const bits = joined(tail.split(".").map(Number), 8n);
    return `${(bits >> 16n).toString(16)}:${(bits & 0xffffn).toString(16)}`;
  });
}

function network(text: string): Cidr {
  const parsed = parsedNetwork(text);
  if (parsed) return parsed;
  throw new Error(`network address parse error during conversion from string: ${JSON.stringify(text)}`);
}

function parsedNetwork(text: string): Cidr | undefined {
  const [host = "", prefix = "", ...more] = text.split("/");
  const parsed = parsedAddress(host);
  const isPrefix = /^(0|[1-9]\d{0,2})$/.test(prefix) && Number(prefix) <= (parsed?.length ?? 0);
  return parsed && isPrefix && more.length === 0 ? new Cidr(parsed, Number(prefix)) : undefined;
}

function contains({ address: { bits, length }, prefixLength }: Cidr, ip: IpAddress): boolean {
  const free = BigInt(length - prefixLength);
  return ip.length === length && ip.bits >> free === bits >> free;
}

function encloses(outer: Cidr, inner: Cidr): boolean {
  return inner.prefixLength >= outer.prefixLength && contains(outer, inner.address);
}

function masked({ address: { bits, length }, prefixLength }: Cidr): Cidr {
  const free = BigInt(length - prefixLength);
  return new Cidr(new IpAddress((bits >> free) << free, length), prefixLength);
}

function ipv4Text(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join(".");
}

/** The canonical text (RFC 5952): lower case, no leading zeros, and the longest run of zero groups left out. */
function ipv6Text(bits: bigint): string {
  const groups = Array.from({ length: GROUPS }, (_, index) =>
    ((bits >> BigInt(16 * (GROUPS - 1 - index))) & 0xffffn).toString(16),
  );
  const runs = groups.map((_, start) => zeroRun(groups, start));
  const length = Math.max(...runs);
  if (length < 2) return groups.join(":");
  const start = runs.indexOf(length);
  return `${groups.slice(0, start).join(":")}::${groups.slice(start + length).join(":")}`;
}

/** How many zero groups follow each other from `start` on. */
function zeroRun(groups: readonly string[], start: number): number {
  const end = groups.findIndex((group, index) => index >= start && group !== "0");
  return (end < 0 ? groups.length : end) - start;
}
