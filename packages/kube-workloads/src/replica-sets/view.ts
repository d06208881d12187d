import type { Caches } from "@heliostat/controller";
import { PODS, type Pod, REPLICA_SETS, type ReplicaSet } from "@heliostat/kube";
import { candidatesFor } from "../pods/claims.ts";

/** A ReplicaSet, and every pod that might be its own. */
export interface ReplicaSetView {
  readonly replicaSet: ReplicaSet;
  /** Those that it controls, and those that nobody does. */
  readonly pods: readonly Pod[];
  readonly nowMs: number;
  /** A text that no pod's name ended in so far. */
  freshSuffix(): string;
}

export function viewReplicaSet(
  key: string,
  caches: Caches,
  { nowMs, freshSuffix }: Pick<ReplicaSetView, "nowMs" | "freshSuffix">,
): ReplicaSetView | undefined {
  const replicaSet = caches.of(REPLICA_SETS).get(key);
  if (!replicaSet) return undefined;
  return { replicaSet, pods: candidatesFor(replicaSet, caches.of(PODS)), nowMs, freshSuffix };
}
