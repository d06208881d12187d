/** Where a name and a port of the cluster are on the loopback. `undefined` leaves the text as it is. */
export type FindLocalPort = (host: string, port: number) => number | undefined;

/**
 * Put loopback addresses in place of `service:port`: nothing can make names known to plain processes, and the ports
 * behind them are not those of the manifest.
 */
export function withLocalAddresses(text: string, find: FindLocalPort): string {
  return text.replace(ADDRESS, (address: string, host: string, port: string) => {
    const found = find(host, Number(port));
    return found === undefined ? address : `127.0.0.1:${found}`;
  });
}

/** The names of services in a text that only a cluster can know: `a.b.svc`, `a.b.svc.cluster.local`. */
export function serviceNamesIn(texts: readonly string[]): readonly string[] {
  const hosts = texts.flatMap((text) => [...text.matchAll(ADDRESS)].map(([, host = ""]) => host));
  return [...new Set(hosts.filter((host) => /\.svc(\.cluster\.local)?$/.test(host)))];
}

const ADDRESS = /(?<![\w.-])([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?):(\d{1,5})(?!\d)/g;
