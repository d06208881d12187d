import { NODE_IP, POD_CIDR, PROXY_PORT } from "./pod-network.ts";

export type Environment = Readonly<Record<string, string>>;

/** Last on every container's PATH: programs that stand in for what the host lacks. */
export const STAND_IN_FOLDER = "/run/heliostat/bin";

/** What a container's PATH is when nothing sets it. */
export const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Complete a container's environment with what the sandbox adds. What the container sets itself stays as it is. */
export function containerEnvironment(
  env: Environment,
  { hasProxy, serviceCidr }: { readonly hasProxy: boolean; readonly serviceCidr: string },
): Environment {
  const proxy = hasProxy ? proxyVariables(serviceCidr) : {};
  return { ...proxy, ...env, PATH: `${env["PATH"] ?? DEFAULT_PATH}:${STAND_IN_FOLDER}` };
}

/** In both cases: curl reads small letters for HTTP, others read capitals only. */
function proxyVariables(serviceCidr: string): Environment {
  const proxy = `http://${NODE_IP}:${PROXY_PORT}`;
  const noProxy = ["localhost", "127.0.0.1", "::1", POD_CIDR, serviceCidr, ".svc", ".cluster.local"].join(
    ",",
  );
  const variables = { http_proxy: proxy, https_proxy: proxy, no_proxy: noProxy };
  const capitals = Object.entries(variables).map(([name, value]) => [name.toUpperCase(), value]);
  return { ...variables, ...Object.fromEntries(capitals) };
}
