import type { Probe } from "@heliostat/kube";

/** What one attempt of a probe came to. `error`: nothing was learnt, so nothing changes. */
export interface ProbeOutcome {
  readonly result: "success" | "failure" | "error";
  readonly message: string;
}

/** What the attempts so far have come to. */
export interface ProbeTally {
  readonly verdict: "unknown" | "success" | "failure";
  /** The latest result, and how often in a row it came. */
  readonly latest?: "success" | "failure";
  readonly inARow: number;
}

export type ProbeKind = "startup" | "liveness" | "readiness";

/** A probe with every number filled in. */
export interface ProbeTiming {
  readonly initialDelayMs: number;
  readonly periodMs: number;
  readonly timeoutMs: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

/** Before the first attempt: a container counts as alive, and as neither started nor ready (Kubernetes rule). */
export function firstTally(kind: ProbeKind): ProbeTally {
  return { verdict: kind === "liveness" ? "success" : "unknown", inARow: 0 };
}

/** The tally after one more attempt: a verdict changes only when its threshold is reached. */
export function talliedProbe(
  tally: ProbeTally,
  { result }: ProbeOutcome,
  { successThreshold, failureThreshold }: ProbeTiming,
): ProbeTally {
  if (result === "error") return tally;
  const inARow = tally.latest === result ? tally.inARow + 1 : 1;
  const threshold = result === "success" ? successThreshold : failureThreshold;
  return { verdict: inARow >= threshold ? result : tally.verdict, latest: result, inARow };
}

/** The numbers of a probe (Kubernetes' defaults: every 10 seconds, 1 second each, down after 3 failures). */
export function probeTiming(probe: Probe): ProbeTiming {
  return {
    initialDelayMs: (probe.initialDelaySeconds ?? 0) * 1000,
    periodMs: (probe.periodSeconds || 10) * 1000,
    timeoutMs: (probe.timeoutSeconds || 1) * 1000,
    successThreshold: probe.successThreshold || 1,
    failureThreshold: probe.failureThreshold || 3,
  };
}
