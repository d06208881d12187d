import type { Secret } from "@heliostat/kube";
import { authSecretName } from "../names/cluster-names.ts";
import { ownedMetadata } from "../raycluster/owned-metadata.ts";
import { AUTH_TOKEN_KEY, isKubernetesTokenAuth, isTokenAuth } from "../raycluster/token-auth.ts";
import type { RayCluster } from "../raycluster/types.ts";
import { LABEL } from "../vocabulary/labels.ts";

/**
 * Whether a token has to be made for the cluster: it asks for tokens, names no secret of the user's and does not accept
 * Kubernetes' own. (KubeRay also makes one where `mode` is left out, and then no pod uses it.)
 */
export function needsAuthSecret({ spec }: RayCluster): boolean {
  return isTokenAuth(spec) && !spec.authOptions?.secretName && !isKubernetesTokenAuth(spec);
}

/**
 * The secret that holds the cluster's token, as KubeRay makes it. Make it once: running pods keep the token that they
 * started with, so a second one would shut them out.
 *
 * @param options.token 32 random bytes in base64, by KubeRay's custom; any text without blanks will do
 */
export function authSecret(cluster: RayCluster, { token }: { readonly token: string }): Secret {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: ownedMetadata(cluster, authSecretName(cluster), { [LABEL.cluster]: cluster.metadata.name }),
    type: "Opaque",
    stringData: { [AUTH_TOKEN_KEY]: token },
  };
}
