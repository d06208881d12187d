export type { ClusterAccess, Impersonation, ServerTrust } from "./access/cluster-access.ts";
export { ClusterAccessError } from "./access/cluster-access-error.ts";
export type { ClientCertificate, Credential, CredentialSource } from "./access/credential.ts";
export { type InClusterOptions, inClusterAccess } from "./access/in-cluster.ts";
export type { TextSource } from "./access/text-source.ts";
export { type Proxies, proxyFor } from "./http/proxies.ts";
export { type KubeHttp, type KubeHttpOptions, kubeHttp } from "./kube-http.ts";
export { type KubeconfigOptions, loadKubeconfig } from "./kubeconfig/load-kubeconfig.ts";
