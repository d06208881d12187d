import type { Outcome } from "@heliostat/controller";
import type { KubeObject } from "@heliostat/kube";
import type { RayCluster } from "@heliostat/ray";
import { settledKey } from "./plan/applied-hash.ts";
import type { DeletionMemory } from "./view/cleanup-deadline.ts";
import { nextNameFloors } from "./view/name-floors.ts";
import type { RayClusterView } from "./view.ts";

/** What is remembered of one cluster. */
export interface ClusterMemory extends DeletionMemory {
  readonly uid: string;
  /** Whether the caches have shown this cluster as the API has it; not asked before something is to be done. */
  isPresent?: boolean;
  /** The numbers that are spent in pod names, by group. */
  nameFloors: Readonly<Record<string, number>>;
  /** Objects as the API stored them after our last word on them: see `settledKey`. */
  settled: ReadonlySet<string>;
  /** When a status that may lag is due. */
  statusDueMs?: number;
  /** What an event has told of and that is still so. */
  told: ReadonlySet<string>;
  /** Whether something stands in the cluster's way that may be another object, or a quota. */
  isHindered: boolean;
}

/**
 * What the reconciler has seen of its clusters and has not written down yet. All of it may be lost: a restart costs a
 * status a second later, an event once more, and the floor of a name that only matters to a pod that nobody saw.
 */
export class Memory {
  readonly #clusters = new Map<string, ClusterMemory>();

  /** What is remembered of this very cluster; of an earlier one of its name nothing. */
  of(key: string, { metadata: { uid = "" } }: RayCluster): ClusterMemory {
    const known = this.#clusters.get(key);
    if (known?.uid === uid) return known;
    const fresh = { uid, nameFloors: {}, settled: NOTHING, told: NOTHING, isHindered: false };
    this.#clusters.set(key, fresh);
    return fresh;
  }

  /** The clusters of a namespace that somebody stands in the way of. */
  hinderedIn(namespace: string): readonly string[] {
    const keys: string[] = [];
    // Asked for every change of every object that is nobody's: of ten thousand clusters no copy is made.
    for (const [key, { isHindered }] of this.#clusters)
      if (isHindered && key.startsWith(`${namespace}/`)) keys.push(key);
    return keys;
  }

  forget(key: string): void {
    this.#clusters.delete(key);
  }
}

/** Of most clusters there is nothing to remember, and there are many clusters. */
export const NOTHING: ReadonlySet<string> = new Set();

/** Keep what a carried-out plan teaches: the names it has spent, and the objects on which the API has taken our word. */
export function keepInMind(remembered: ClusterMemory, after: RayClusterView, { done }: Outcome): void {
  remembered.nameFloors = nextNameFloors(after, { done });
  const applied = new Set(
    done.flatMap((action) =>
      action.do === "apply" ? [`${action.resource.kind} ${action.target.name}`] : [],
    ),
  );
  if (applied.size === 0) return;
  const isSettled = (object: KubeObject) =>
    applied.has(`${object.kind} ${object.metadata.name}`) || remembered.settled.has(settledKey(object));
  // What is said of objects that are gone, or of their earlier forms, is forgotten.
  const settled = [...after.services, ...after.others].filter(isSettled);
  remembered.settled = new Set(settled.map((object) => settledKey(object)));
}
