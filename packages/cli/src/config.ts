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
  readonly home: string;
  /** `KUBECONFIG`: one file, or several. */
  readonly kubeconfig?: string;
  /** Where Kubernetes says its API is, to whoever runs in one of its pods. */
  readonly inCluster?: { readonly host: string; readonly port: string };
  /** All of it, for the programs that we start on the user's behalf. */
  readonly environment: Readonly<Record<string, string | undefined>>;
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
    home,
    ...(env["KUBECONFIG"] && { kubeconfig: env["KUBECONFIG"] }),
    ...inClusterOf(env),
    environment: env,
  };
}

function inClusterOf(env: Readonly<Record<string, string | undefined>>): Pick<Config, "inCluster"> {
  const [host, port] = [env["KUBERNETES_SERVICE_HOST"], env["KUBERNETES_SERVICE_PORT"]];
  return host && port ? { inCluster: { host, port } } : {};
}

function proxiesOf(env: Readonly<Record<string, string | undefined>>): Proxies {
  const httpProxy = env["http_proxy"] ?? env["HTTP_PROXY"];
  const httpsProxy = env["https_proxy"] ?? env["HTTPS_PROXY"];
  const noProxy = env["no_proxy"] ?? env["NO_PROXY"];
  return { ...(httpProxy && { httpProxy }), ...(httpsProxy && { httpsProxy }), ...(noProxy && { noProxy }) };
}
