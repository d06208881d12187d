/** The proxies that a host has to use to reach the internet, as the usual variables name them. */
export interface UpstreamProxy {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  /** Hosts, domains and `*`, separated by commas, that are reached directly. */
  readonly noProxy?: string;
}

/** Which proxy leads to `host`; `undefined` when the host's network itself does. */
export function upstreamFor(
  upstream: UpstreamProxy | undefined,
  { scheme, host }: { readonly scheme: "http" | "https"; readonly host: string },
): URL | undefined {
  const address = scheme === "https" ? upstream?.httpsProxy : upstream?.httpProxy;
  if (!address || isExempt(host, upstream?.noProxy ?? "")) return undefined;
  return new URL(address.includes("://") ? address : `http://${address}`);
}

function isExempt(host: string, noProxy: string): boolean {
  const names = noProxy.split(",").map((name) =>
    name
      .trim()
      .toLowerCase()
      .replace(/^\*?\./, ""),
  );
  return names.some((name) => name === "*" || (name !== "" && isSameOrBelow(host.toLowerCase(), name)));
}

function isSameOrBelow(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}
