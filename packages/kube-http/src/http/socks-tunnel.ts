import { once } from "node:events";
import type { Socket } from "node:net";

export interface SocksTarget {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
}

const VERSION = 5;
const METHOD = { none: 0, password: 2, refused: 0xff } as const;
const CONNECT = 1;
const ADDRESS = { ipv4: 1, name: 3, ipv6: 4 } as const;

/**
 * Have a SOCKS 5 proxy (RFC 1928, passwords RFC 1929) connect `socket` to a target. The proxy looks up the name.
 *
 * @throws Error that says what the proxy did not like
 */
export async function openSocksTunnel(
  socket: Socket,
  target: SocksTarget,
  signal: AbortSignal,
): Promise<void> {
  const { username, password = "", host, port } = target;
  const read = (bytes: number): Promise<Buffer> => readExactly(socket, bytes, signal);
  const methods = username ? [METHOD.none, METHOD.password] : [METHOD.none];
  socket.write(Buffer.of(VERSION, methods.length, ...methods));
  const [version, method] = await read(2);
  if (version !== VERSION || method === METHOD.refused)
    throw new Error("the SOCKS proxy accepts no login of ours");
  if (method === METHOD.password) {
    socket.write(Buffer.concat([Buffer.of(1), counted(username ?? ""), counted(password)]));
    const [, status] = await read(2);
    if (status !== 0) throw new Error("the SOCKS proxy refuses the password");
  }
  const portBytes = Buffer.of(port >> 8, port & 0xff);
  socket.write(Buffer.concat([Buffer.of(VERSION, CONNECT, 0, ADDRESS.name), counted(host), portBytes]));
  const [, reply, , addressType] = await read(4);
  if (reply !== 0) throw new Error(`the SOCKS proxy cannot reach ${host}:${port} (reply ${reply})`);
  await read((await addressLength(addressType, read)) + portBytes.length);
}

/** A text behind its length. */
function counted(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

/** The address from which the proxy connects means nothing to us, but it must be read past. */
async function addressLength(
  type: number | undefined,
  read: (bytes: number) => Promise<Buffer>,
): Promise<number> {
  if (type === ADDRESS.ipv4) return 4;
  if (type === ADDRESS.ipv6) return 16;
  return (await read(1))[0] ?? 0;
}

async function readExactly(socket: Socket, bytes: number, signal: AbortSignal): Promise<Buffer> {
  while (true) {
    const chunk: Buffer | null = socket.read(bytes);
    if (chunk && chunk.length === bytes) return chunk;
    if (socket.readableEnded || socket.destroyed) throw new Error("the SOCKS proxy has hung up");
    await Promise.race([once(socket, "readable", { signal }), once(socket, "close", { signal })]);
  }
}
