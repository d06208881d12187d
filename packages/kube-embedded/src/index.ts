export type { AccessAttributes, AccessedResource, Authorizer } from "./access/authorizer.ts";
export type { ReadToken, StoredReference, TokenReader } from "./access/bearer-tokens.ts";
export type { AuthorizationMode } from "./access/policy.ts";
export type { DiskDurability, DiskStoreOptions } from "./disk/disk-store.ts";
export { lmdbStore } from "./disk/lmdb-store.ts";
export { sqliteStore } from "./disk/sqlite-store.ts";
export {
  type EmbeddedKubernetes,
  type EmbeddedKubernetesOptions,
  embeddedKubernetes,
} from "./embedded-kubernetes.ts";
export { type InProcessWireOptions, inProcessWire } from "./server/in-process-wire.ts";
export { type KubeconfigOptions, kubeconfigText } from "./server/pki/kubeconfig.ts";
export { loadServerIdentity, type ServerIdentity } from "./server/pki/server-identity.ts";
export { type KubernetesServer, type ServeOptions, serveKubernetes } from "./server/serve-kubernetes.ts";
export type { DurableStore } from "./store/durable-store.ts";
export { memoryStore } from "./store/memory-store.ts";
