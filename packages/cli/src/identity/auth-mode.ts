/** `none`: everybody may everything. `token`: Kubernetes' tokens, and those of a file. `oidc`: those of an issuer. */
export type AuthMode = (typeof AUTH_MODES)[number];

export const AUTH_MODES = ["none", "token", "oidc"] as const;
