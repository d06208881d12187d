/** The proxies that lead out of here, as the usual environment variables name them. */
export interface Proxies {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  /** Hosts to be reached without: `localhost,.svc,10.0.0.0/8,example.com:8443`; `*` is all. */
  readonly noProxy?: string;
}

/** The proxy through which `target` is reached; `undefined` when directly. */
export function proxyFor(target: URL, { httpProxy, httpsProxy, noProxy = "" }: Proxies): string | undefined {
  const proxy = target.protocol === "https:" ? httpsProxy : httpProxy;
  if (!proxy || isLoopback(target) || isExempt(target, noProxy)) return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

/** Go's rule, which kubectl has: what is on this machine needs no proxy. */
function isLoopback(target: URL): boolean {
  const host = hostOf(target);
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

function isExempt(target: URL, noProxy: string): boolean {
  const rules = noProxy.split(",").map((rule) => rule.trim().toLowerCase());
  return rules.some((rule) => rule !== "" && matches(target, rule));
}

function matches(target: URL, rule: string): boolean {
  const host = hostOf(target);
  if (rule === "*" || rule === host) return true;
  if (rule.includes("/")) return isInRange(host, rule);
  const [domain = "", port] = rule.split(":");
  if (port !== undefined && port !== portOf(target)) return false;
  const suffix = domain.replace(/^\*?\./, "");
  return host === suffix || host.endsWith(`.${suffix}`);
}

function isInRange(host: string, range: string): boolean {
  const [network = "", bits = ""] = range.split("/");
  const [address, base] = [ipv4(host), ipv4(network)];
  if (address === undefined || base === undefined || !/^\d{1,2}$/.test(bits)) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(address / size) === Math.floor(base / size);
}

function ipv4(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  return parts?.reduce((sum, part) => sum * 256 + part, 0);
}

function hostOf(target: URL): string {
  return target.hostname.replace(/^\[|\]$/g, "").toLowerCase();
}

function portOf({ protocol, port }: URL): string {
  return port || (protocol === "https:" ? "443" : "80");
}
