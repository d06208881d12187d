export { bearerToken } from "./bearer-token.ts";
export { cachedAuthenticator, cachedAuthorizer, type IdentityCacheOptions } from "./cache/cached-identity.ts";
export { TimedCache, type TimedCacheOptions } from "./cache/timed-cache.ts";
export { type AskDomino, askDomino, type DominoOptions } from "./domino/ask-domino.ts";
export { type DominoIdentityOptions, dominoIdentity } from "./domino/domino-identity.ts";
export type { HttpAnswer, HttpGet, HttpGetOptions } from "./http-get.ts";
export {
  type KubernetesIdentity,
  type KubernetesIdentityOptions,
  kubernetesIdentity,
} from "./kubernetes/kubernetes-identity.ts";
export { digestText } from "./node/digest.ts";
export { type HttpGetSettings, nodeHttpGet } from "./node/http-get.ts";
export { laptopTokenFile, readTokenFile } from "./node/token-file.ts";
export { type OidcClaims, type OidcIdentityOptions, oidcIdentity } from "./oidc/oidc-identity.ts";
export {
  type Access,
  type Authenticator,
  type Authorizer,
  type Caller,
  type Credentials,
  type IdentityCallOptions,
  IdentityError,
  type Verdict,
} from "./port.ts";
export { type StaticIdentity, staticIdentity } from "./static/static-identity.ts";
