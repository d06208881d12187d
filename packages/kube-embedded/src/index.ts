export {
  type EmbeddedKubernetes,
  type EmbeddedKubernetesOptions,
  embeddedKubernetes,
} from "./embedded-kubernetes.ts";
export type { AccessAttributes, Authorizer } from "./server/identity/authorizer.ts";
export { type KubeconfigOptions, kubeconfigText } from "./server/pki/kubeconfig.ts";
export { loadServerIdentity, type ServerIdentity } from "./server/pki/server-identity.ts";
export { type KubernetesServer, type ServeOptions, serveKubernetes } from "./server/serve-kubernetes.ts";
