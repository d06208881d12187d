import type { JsonPatchOperation } from "@heliostat/kube";
import type { Annotations } from "./scale-view.ts";

/** What a number of workers means to whoever else moves it: nothing, never fewer, exactly. */
export type ScaleMode = "set" | "floor" | "pin";

export const SCALE_MODES: readonly ScaleMode[] = ["set", "floor", "pin"];

/** What a caller asks for. */
export interface ScaleRequest {
  /** A whole number, 0 or more. */
  readonly replicas: number;
  readonly mode: ScaleMode;
  /** @default the only group */
  readonly group?: string;
  /** Raise the ceiling to one above the number, instead of stopping at it. @default false */
  readonly raisesCeiling?: boolean;
  /** Never ask for more than this, whatever the cluster allows. @default no limit */
  readonly limit?: number;
  /** Take the number from an autoscaler that owns it, by deleting that. @default false */
  readonly takesOver?: boolean;
  /** Left on the cluster, in the same write. */
  readonly annotations?: Annotations;
  /** Further changes of the cluster, in the same write. */
  readonly operations?: readonly JsonPatchOperation[];
}
