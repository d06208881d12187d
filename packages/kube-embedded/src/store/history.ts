import { KubeError } from "@heliostat/kube";
import type { StoredRevision } from "./stored-revision.ts";

/** One committed change of one object. */
export interface Change {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly revision: number;
  readonly key: string;
  readonly atMs: number;
  /** The new state; of a deletion the last state, under the deletion's revision. */
  readonly stored: StoredRevision;
  readonly previous: StoredRevision | undefined;
}

export interface HistoryLimits {
  /** Never keep more changes of one resource than this. @default 20_000 */
  readonly changes?: number;
  /** Forget changes that are older, but for the last hundred. @default 300_000 */
  readonly ageMs?: number;
}

const ALWAYS_KEPT = 100;

/** The last changes of one resource, oldest first: what watches resume from and old pages of a list are made of. */
export class History {
  readonly #maxChanges: number;
  readonly #maxAgeMs: number;
  #changes: Change[] = [];
  #start = 0;
  #floor = 0;

  constructor({ changes = 20_000, ageMs = 300_000 }: HistoryLimits = {}) {
    this.#maxChanges = changes;
    this.#maxAgeMs = ageMs;
  }

  append(change: Change): void {
    this.#changes.push(change);
    this.#forget(change.atMs);
  }

  /** What was before `revision` is not known here. */
  forgetUntil(revision: number): void {
    this.#floor = Math.max(this.#floor, revision);
  }

  /** Every change after `revision`. @throws KubeError `Expired` when some of them are forgotten */
  after(revision: number): readonly Change[] {
    this.assertKnown(revision);
    return this.#changes.slice(this.#indexAfter(revision));
  }

  /** @throws KubeError `Expired` when changes after `revision` are forgotten */
  assertKnown(revision: number): void {
    if (revision >= this.#floor) return;
    throw new KubeError("Expired", `too old resource version: ${revision} (${this.#floor})`);
  }

  #forget(nowMs: number): void {
    while (this.#hasSurplus(nowMs)) {
      this.#floor = this.#changes[this.#start]?.revision ?? this.#floor;
      this.#start += 1;
    }
    if (this.#start <= this.#changes.length / 2) return;
    this.#changes = this.#changes.slice(this.#start);
    this.#start = 0;
  }

  #hasSurplus(nowMs: number): boolean {
    const kept = this.#changes.length - this.#start;
    if (kept > this.#maxChanges) return true;
    const oldest = this.#changes[this.#start];
    return kept > ALWAYS_KEPT && oldest !== undefined && nowMs - oldest.atMs > this.#maxAgeMs;
  }

  /** Revisions grow, so that a binary search finds the place. */
  #indexAfter(revision: number): number {
    let low = this.#start;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#changes[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
