/** Who writes, in managedFields. */
export const FIELD_MANAGER = "heliostat-scaler";

/** Annotation keys of ours. */
export const ANNOTATION = {
  /** On a cluster: its owner as first seen. It counts only while {@link FIELD_MANAGER} owns it. */
  owner: "heliostat.dev/owner",
  /** On a cluster: who scaled it last, when, from what to what. */
  lastScaled: "heliostat.dev/last-scaled-by",
  /** On the pods of a role: when somebody asked for new ones. */
  rolledAt: "heliostat.dev/restarted-at",
  /** On a cluster: the head's pod that was last asked to go. */
  lastRestart: "heliostat.dev/last-restart",
} as const;

/** Reasons of Kubernetes events. */
export const EVENT_REASON = {
  scaled: "Scaled",
  restarting: "RestartingHead",
  rolling: "RollingWorkers",
  tierChanged: "HardwareTierChanged",
  ownerChanged: "OwnerLabelChanged",
  ownerTampered: "RecordedOwnerTampered",
} as const;
