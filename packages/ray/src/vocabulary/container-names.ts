/** Containers that the operator adds to a pod. The one that runs Ray has the user's name and is always the first. */
export const CONTAINER = {
  autoscaler: "autoscaler",
  /** Keeps logs and events for the history server. */
  historyCollector: "ray-history-collector",
  /** Init container of workers: holds them back until the head answers. */
  waitForGcs: "wait-gcs-ready",
} as const;

/** Volumes that the operator adds to a pod, and where they are mounted. */
export const VOLUME = {
  sharedMemory: { name: "shared-mem", mountPath: "/dev/shm" },
  rayLogs: { name: "ray-logs", mountPath: "/tmp/ray" },
  gcsStorage: { name: "gcs-storage", mountPath: "/data/gcs" },
  rayToken: { name: "ray-token", mountPath: "/var/run/secrets/ray.io/serviceaccount" },
} as const;
