export type { IssuedToken, Reviewer, TokenIssuer, TokenOrder } from "./api/api-ground.ts";
export type { KubeApi, UserInfo } from "./api/kube-api.ts";
export {
  type EmbeddedKubernetes,
  type EmbeddedKubernetesOptions,
  embeddedKubernetes,
} from "./embedded-kubernetes.ts";
export type { ResourceRegistry } from "./registry/registry.ts";
export type { ServedResource } from "./registry/served-resource.ts";
export { loadServerIdentity, type ServerIdentity } from "./server/pki/server-identity.ts";
export { type KubernetesServer, type ServeOptions, serveKubernetes } from "./server/serve-kubernetes.ts";
