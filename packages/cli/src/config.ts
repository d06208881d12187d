import { homedir } from "node:os";
import { join } from "node:path";

/** What the environment says. The only file that reads it. */
export interface Config {
  /** Where the laptop keeps its kubeconfig and certificates. */
  readonly stateFolder: string;
  /** Where a private Ray is installed, once for all projects of this user. */
  readonly cacheFolder: string;
  /** Proxy for outgoing connections, as curl reads it. */
  readonly httpsProxy: string | undefined;
  readonly path: string;
  readonly isColourful: boolean;
}

/** Read the configuration from an environment such as `process.env`. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const home = env["HOME"] ?? homedir();
  return {
    stateFolder: join(env["XDG_STATE_HOME"] ?? join(home, ".local", "state"), "heliostat"),
    cacheFolder: join(env["XDG_CACHE_HOME"] ?? join(home, ".cache"), "heliostat"),
    httpsProxy: env["HTTPS_PROXY"] ?? env["https_proxy"],
    path: env["PATH"] ?? "",
    isColourful: env["NO_COLOR"] === undefined && env["TERM"] !== "dumb",
  };
}
