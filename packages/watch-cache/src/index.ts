export { BY_NAMESPACE, BY_OWNER_UID, byLabel, type Index } from "./indices.ts";
export { type InformerOptions, type RunningInformer, startInformer } from "./informer.ts";
export { type FieldPath, projection } from "./projection.ts";
export type { CacheReader, Change, ChangeHandler, WatchCache } from "./watch-cache.ts";
