/** What whoever runs the service decides. */
export interface ScalerSettings {
  /** Where the clusters are. */
  readonly namespace: string;
  /** Nobody gets more workers than this in one group. @default no limit */
  readonly maxReplicas?: number;
  /** What a number means on the old routes. @default floor */
  readonly oldRoutesMode?: "set" | "floor" | "pin";
  /**
   * Whether old routes tell what is not there from what is not the caller's, as the first scaler did: 500 for a cluster
   * that is missing, 403 for one of somebody else. @default false
   */
  readonly tellsApart?: boolean;
  /** Whether `worker_hw_tier_id` is the whole tier, as the first scaler had it. @default its id */
  readonly showsWholeTier?: boolean;
  /** Requests of one caller in a minute. @default 600 */
  readonly requestsPerMinute?: number;
}

/** The namespace where nobody names one (Domino's rule). */
export const DEFAULT_NAMESPACE = "domino-compute";
