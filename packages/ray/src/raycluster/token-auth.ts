import type { RayClusterSpec } from "./types.ts";

/** Whether Ray asks every client for a token. */
export function isTokenAuth({ authOptions }: RayClusterSpec): boolean {
  return authOptions?.mode === "token";
}

/** Whether those tokens are Kubernetes' own instead of one kept in a secret. */
export function isKubernetesTokenAuth({ authOptions }: RayClusterSpec): boolean {
  return authOptions?.enableK8sTokenAuth === true;
}
