import { homedir } from "node:os";
import { join } from "node:path";

/** What the environment says. The only file that reads it. */
export interface Config {
  /** Where the laptop keeps its kubeconfig and certificates. */
  readonly stateFolder: string;
  /** Where a private Ray is installed, once for all projects of this user. */
  readonly cacheFolder: string;
  /** The proxies that lead out of here, as the usual variables name them. */
  readonly proxies: Proxies;
  readonly path: string;
  readonly isColourful: boolean;
}

interface Proxies {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  readonly noProxy?: string;
}

/** Read the configuration from an environment such as `process.env`. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const home = env["HOME"] ?? homedir();
  return {
    stateFolder: join(env["XDG_STATE_HOME"] ?? join(home, ".local", "state"), "heliostat"),
    cacheFolder: join(env["XDG_CACHE_HOME"] ?? join(home, ".cache"), "heliostat"),
    proxies: proxiesOf(env),
    path: env["PATH"] ?? "",
    isColourful: env["NO_COLOR"] === undefined && env["TERM"] !== "dumb",
  };
}

function proxiesOf(env: Readonly<Record<string, string | undefined>>): Proxies {
  const httpProxy = env["http_proxy"] ?? env["HTTP_PROXY"];
  const httpsProxy = env["https_proxy"] ?? env["HTTPS_PROXY"];
  const noProxy = env["no_proxy"] ?? env["NO_PROXY"];
  return { ...(httpProxy && { httpProxy }), ...(httpsProxy && { httpsProxy }), ...(noProxy && { noProxy }) };
}
