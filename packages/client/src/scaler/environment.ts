import type { ScalerCredentials } from "./credentials.ts";
import type { ScalerClientOptions } from "./scaler-client.ts";

/** Variables of a process, as far as they are about the scaler. */
export type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_BASE_URL = "http://ddl-cluster-scaler-svc.domino-field.svc.cluster.local";

/**
 * The options that a process's variables ask for: `CLUSTER_SCALER_BASE_URL`, `DOMINO_RUN_ID`, and the first that is set
 * of `DOMINO_API_PROXY`, `DOMINO_TOKEN` and `DOMINO_API_KEY`.
 *
 * @throws Error that names the variables when none says who calls
 */
export function scalerOptionsFrom(environment: Environment): ScalerClientOptions {
  const runId = environment["DOMINO_RUN_ID"];
  return {
    baseUrl: environment["CLUSTER_SCALER_BASE_URL"] || DEFAULT_BASE_URL,
    credentials: credentialsFrom(environment),
    ...(runId && { runId }),
  };
}

function credentialsFrom(environment: Environment): ScalerCredentials {
  const apiProxy = environment["DOMINO_API_PROXY"];
  if (apiProxy) return { apiProxy };
  const token = environment["DOMINO_TOKEN"];
  if (token) return { token };
  const apiKey = environment["DOMINO_API_KEY"];
  if (apiKey) return { apiKey };
  throw new Error("Cannot authenticate: set DOMINO_API_PROXY, DOMINO_TOKEN or DOMINO_API_KEY");
}
