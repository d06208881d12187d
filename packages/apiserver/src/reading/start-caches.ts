import { CONFIG_MAPS, EVENTS, type KubeReader } from "@heliostat/kube";
import { RAY_CLUSTERS, RAY_JOBS, RAY_SERVICES } from "@heliostat/ray";
import { type InformerOptions, startInformer } from "@heliostat/watch-cache";
import { API_LABEL, API_MANAGER, COMPUTE_TEMPLATE } from "../objects/vocabulary.ts";
import type { ApiCaches } from "../ports.ts";

export type CacheOptions = Pick<InformerOptions, "clock" | "random" | "signal" | "logger" | "namespace">;

export interface RunningCaches extends ApiCaches {
  /** Fulfilled once all first lists are in: before, lists are short. */
  readonly hasSynced: Promise<void>;
  /** Fulfilled once the last request has ended, after the signal aborted. */
  readonly stopped: Promise<void>;
}

/** Caches of what API servers have made, and of nothing else that the cluster holds. */
export function startApiCaches(reader: KubeReader, options: CacheOptions): RunningCaches {
  const managed = { ...options, labelSelector: `${API_LABEL.managedBy}=${API_MANAGER}` };
  const caches = {
    clusters: startInformer(reader, RAY_CLUSTERS, managed),
    jobs: startInformer(reader, RAY_JOBS, managed),
    services: startInformer(reader, RAY_SERVICES, managed),
    templates: startInformer(reader, CONFIG_MAPS, {
      ...options,
      labelSelector: `${API_LABEL.configType}=${COMPUTE_TEMPLATE}`,
    }),
    events: startInformer(reader, EVENTS, { ...options, fieldSelector: "regarding.apiVersion=ray.io/v1" }),
  };
  const informers = Object.values(caches);
  return {
    ...caches,
    hasSynced: Promise.all(informers.map(({ hasSynced }) => hasSynced)).then(ignore),
    stopped: Promise.all(informers.map(({ stopped }) => stopped)).then(ignore),
  };
}

function ignore(): void {}
