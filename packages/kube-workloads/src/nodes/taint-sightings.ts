import type { Taint } from "@heliostat/kube";

export interface SeenTaint {
  readonly taint: Taint;
  readonly sinceMs: number;
}

/**
 * Since when taints have been on nodes, as far as we saw it: what was there before we came counts from then on, so that
 * a machine that slept does not find its pods overdue.
 */
export class TaintSightings {
  readonly #seen = new Map<string, ReadonlyMap<string, number>>();

  /** When each of these taints came to the node. */
  see(nodeName: string, taints: readonly Taint[], nowMs: number): readonly SeenTaint[] {
    const before = this.#seen.get(nodeName);
    const now = new Map(taints.map((taint) => [nameOf(taint), before?.get(nameOf(taint)) ?? nowMs]));
    if (now.size === 0) this.#seen.delete(nodeName);
    else this.#seen.set(nodeName, now);
    return taints.map((taint) => ({ taint, sinceMs: now.get(nameOf(taint)) ?? nowMs }));
  }
}

function nameOf({ key, value = "", effect }: Taint): string {
  return `${key}=${value}:${effect}`;
}
