import { lookup } from "node:dns/promises";
import { createServer, type Server, type Socket } from "node:net";

export interface TcpListener {
  readonly port: number;
  /** Take no new connections, and resolve when those that are open have ended. */
  close(): Promise<void>;
  /** Take no new connections, and close those that are still open. */
  drop(): void;
}

/**
 * Listen on every address of a name (`localhost` has two), and hand each connection on.
 *
 * @throws Error when its first address cannot be listened on
 */
export async function tcpListener(
  { host, port }: { readonly host: string; readonly port: number },
  take: (connection: Socket) => void,
): Promise<TcpListener> {
  const open = new Set<Socket>();
  const [first = host, ...others] = (await lookup(host, { all: true })).map(({ address }) => address);
  const main = await listening(serverFor(), first, port);
  const bound = portOf(main) ?? port;
  const further = await Promise.all(
    // An address that this machine does not have after all is no loss.
    others.map((address) => listening(serverFor(), address, bound).catch(() => undefined)),
  );
  const servers = [main, ...further.filter((server) => server !== undefined)];
  return {
    port: bound,
    async close() {
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
    drop() {
      for (const server of servers) server.close();
      for (const connection of open) connection.destroy();
    },
  };

  function serverFor(): Server {
    return createServer((connection) => {
      open.add(connection);
      connection.once("close", () => open.delete(connection));
      take(connection);
    });
  }
}

function listening(server: Server, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve(server);
    });
  });
}

function portOf(server: Server): number | undefined {
  const address = server.address();
  return typeof address === "object" ? address?.port : undefined;
}
