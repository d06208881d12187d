/** How a container's restarts are held back. */
export interface BackOff {
  /** How long the next end has to wait before it is followed by a restart. */
  readonly delayMs: number;
  /** When the delay was last raised. */
  readonly raisedAtMs: number;
}

export type RestartPolicy = "Always" | "OnFailure" | "Never";

const FIRST_DELAY_MS = 10_000;
const LONGEST_DELAY_MS = 300_000;
/** A container that ran this long after its last restart starts over without a delay. */
const FORGIVEN_AFTER_MS = 2 * LONGEST_DELAY_MS;

/** Whether an end with this code is followed by a restart. */
export function isRestarted(policy: RestartPolicy, exitCode: number): boolean {
  switch (policy) {
    case "Always":
      return true;
    case "OnFailure":
      return exitCode !== 0;
    case "Never":
      return false;
  }
}

/**
 * When a container that ended at `endedAtMs` may start again. The first restart is immediate; after it every end in
 * quick succession waits, 10 seconds doubling up to 5 minutes (Kubernetes: the kubelet's crash loop back-off).
 */
export function restartAtMs(backOff: BackOff | undefined, endedAtMs: number): number {
  return backOff === undefined || isForgiven(backOff, endedAtMs) ? endedAtMs : endedAtMs + backOff.delayMs;
}

/** The back-off to remember when a container that ended at `endedAtMs` is started again. */
export function raisedBackOff(backOff: BackOff | undefined, endedAtMs: number, nowMs: number): BackOff {
  if (backOff === undefined || isForgiven(backOff, endedAtMs))
    return { delayMs: FIRST_DELAY_MS, raisedAtMs: nowMs };
  return { delayMs: Math.min(2 * backOff.delayMs, LONGEST_DELAY_MS), raisedAtMs: nowMs };
}

function isForgiven(backOff: BackOff, endedAtMs: number): boolean {
  return endedAtMs - backOff.raisedAtMs > FORGIVEN_AFTER_MS;
}
