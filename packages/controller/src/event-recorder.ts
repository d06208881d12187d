import type { KubeObject } from "@heliostat/kube";

/** What happened to an object, in the words of a Kubernetes event. */
export interface EventWords {
  /** @default Normal */
  readonly type?: "Normal" | "Warning";
  /** Why, for machines: `CreatedHeadPod`. */
  readonly reason: string;
  /** What was done or tried: `Create`. */
  readonly action: string;
  /** For people; cut after 1024 characters. */
  readonly note: string;
  /** The part of the object that it is about, as `involvedObject.fieldPath` names it: `spec.containers{ray-head}`. */
  readonly fieldPath?: string;
}

/** Where a controller says what it has done to whom. */
export interface EventRecorder {
  /** Returns at once and never throws; that an event is lost in trouble is accepted. */
  record(regarding: KubeObject, words: EventWords): void;
}
