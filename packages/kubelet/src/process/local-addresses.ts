/** Where a name and a port of the cluster are on this machine: `127.0.0.1:20000`. `undefined` leaves them as they are. */
export type FindAddress = (host: string, port: number) => string | undefined;

/**
 * Put addresses of this machine in place of `service:port`: nothing can make names known to plain processes, and the ports
 * behind them are not those of the manifest.
 */
export function withLocalAddresses(text: string, find: FindAddress): string {
  return text.replace(
    ADDRESS,
    (address: string, host: string, port: string) => find(host, Number(port)) ?? address,
  );
}

/** The names of services in a text that only a cluster can know: `a.b.svc`, `a.b.svc.cluster.local`. */
export function serviceNamesIn(texts: readonly string[]): readonly string[] {
  const hosts = texts.flatMap((text) => [...text.matchAll(ADDRESS)].map(([, host = ""]) => host));
  return [...new Set(hosts.filter((host) => /\.svc(\.cluster\.local)?$/.test(host)))];
}

const ADDRESS = /(?<![\w.-])([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?):(\d{1,5})(?!\d)/g;
