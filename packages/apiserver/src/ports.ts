import type { Clock, ConfigMap, Event, KubeClient } from "@heliostat/kube";
import type { RayCluster, RayDashboard, RayJob, RayService } from "@heliostat/ray";
import type { WatchCache } from "@heliostat/watch-cache";

/** All that the handlers of the API need of the world. */
export interface ApiPorts {
  /** Writes, and reads of single objects that no cache has yet. */
  readonly client: KubeClient;
  readonly caches: ApiCaches;
  readonly clock: Clock;
  /** The way to the dashboard of a cluster; called for each call anew. */
  readonly dashboardOf: (head: HeadAddress) => RayDashboard | Promise<RayDashboard>;
  readonly settings: ApiSettings;
}

/** What lists are answered from. Whether a cache holds more than an API server's own objects does not matter. */
export interface ApiCaches {
  readonly clusters: WatchCache<RayCluster>;
  readonly jobs: WatchCache<RayJob>;
  readonly services: WatchCache<RayService>;
  readonly templates: WatchCache<ConfigMap>;
  /** Events about objects of `ray.io`. */
  readonly events: WatchCache<Event>;
}

/** Where a cluster's head answers, and what it wants to see first. */
export interface HeadAddress {
  readonly cluster: RayCluster;
  /** Its service by DNS: `http://c-head-svc.default.svc.cluster.local:8265`. Other ways may be taken. */
  readonly url: string;
  /** The cluster's token, where it asks for one. */
  readonly token?: string;
}

export interface ApiSettings {
  /** Ray's version where a request names none. */
  readonly defaultRayVersion: string;
  /** The DNS domain of the Kubernetes cluster. @default `cluster.local` */
  readonly clusterDomain?: string;
  /** Whether the names of callers mean something, and are kept with what they make. */
  readonly recordsCallers: boolean;
}
