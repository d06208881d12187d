import type { RayClusterSpec } from "./types.ts";

/** The key of a secret under which a cluster's token lies, in secrets of ours and of the user's. */
export const AUTH_TOKEN_KEY = "auth_token";

/** From this version of Ray on a cluster can ask its clients for a token. */
export const TOKEN_AUTH_VERSION = "2.52.0";

/** Whether Ray asks every client for a token. */
export function isTokenAuth({ authOptions }: RayClusterSpec): boolean {
  return authOptions?.mode === "token";
}

/** Whether those tokens are Kubernetes' own instead of one kept in a secret. */
export function isKubernetesTokenAuth({ authOptions }: RayClusterSpec): boolean {
  return authOptions?.enableK8sTokenAuth === true;
}
