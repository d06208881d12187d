import { join } from "node:path";
import { readTokenFile } from "@heliostat/identity";
import type { Config } from "../config.ts";

/** Where, below its state folder, a laptop keeps the token of its administrator. */
export const TOKEN_FILE = "token.json";

/** The token of this laptop's administrator, for a server on the loopback: nobody else is ever shown it. */
export async function laptopTokenFor(url: string, { stateFolder }: Config): Promise<string | undefined> {
  if (!isOnLoopback(url)) return undefined;
  const identity = await readTokenFile(join(stateFolder, TOKEN_FILE)).catch(() => undefined);
  return identity?.adminToken;
}

/** Whether a name or an address, `[::1]` included, never leads off this machine. */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/.test(host);
}

function isOnLoopback(url: string): boolean {
  return URL.canParse(url) && isLoopbackHost(new URL(url).hostname);
}
