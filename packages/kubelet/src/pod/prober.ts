import type { Probe, Timer } from "@heliostat/kube";
import { attemptProbe, type ProbeTarget } from "./probe-attempt.ts";
import {
  firstTally,
  type ProbeKind,
  type ProbeOutcome,
  type ProbeTally,
  type ProbeTiming,
  probeTiming,
  talliedProbe,
} from "./probe-tally.ts";

/** What a container's probes lead to. */
export interface ProbeListener {
  /** The startup probe has succeeded, or there is none. */
  hasStarted(): void;
  isReady(isReady: boolean): void;
  /** The container is to be killed, because this probe says so. */
  hasFailed(kind: "startup" | "liveness", probe: Probe): void;
  /** One attempt did not succeed: an event is due. */
  wasUnhealthy(kind: ProbeKind, outcome: ProbeOutcome): void;
}

/**
 * The probes of one run of a container: the startup probe alone until it succeeds, then liveness and readiness side by
 * side, each with its own rhythm. A container without a startup probe has started at once, one without a readiness
 * probe is ready as soon as it has started.
 */
export class Prober {
  readonly #target: ProbeTarget;
  readonly #listener: ProbeListener;
  readonly #startedAtMs: number;
  readonly #timers = new Map<ProbeKind, Timer>();
  #isStopped = false;

  constructor(target: ProbeTarget, listener: ProbeListener) {
    this.#target = target;
    this.#listener = listener;
    this.#startedAtMs = target.clock.now();
  }

  start(): void {
    const { startupProbe } = this.#target.container;
    if (startupProbe) this.#begin("startup", startupProbe);
    else this.#beginLife();
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #beginLife(): void {
    const { livenessProbe, readinessProbe } = this.#target.container;
    this.#listener.hasStarted();
    if (livenessProbe) this.#begin("liveness", livenessProbe);
    if (readinessProbe) this.#begin("readiness", readinessProbe);
    else this.#listener.isReady(true);
  }

  #begin(kind: ProbeKind, probe: Probe): void {
    const timing = probeTiming(probe);
    const firstInMs = this.#startedAtMs + timing.initialDelayMs - this.#target.clock.now();
    this.#tryLater({ kind, probe, timing, tally: firstTally(kind) }, Math.max(0, firstInMs));
  }

  #tryLater(series: ProbeSeries, delayMs: number): void {
    const timer = this.#target.clock.after(delayMs, () => void this.#try(series));
    this.#timers.set(series.kind, timer);
  }

  async #try(series: ProbeSeries): Promise<void> {
    const { kind, probe, timing } = series;
    const triedAtMs = this.#target.clock.now();
    const outcome = await attemptProbe(probe, this.#target, timing.timeoutMs);
    if (this.#isStopped) return;
    if (outcome.result !== "success") this.#listener.wasUnhealthy(kind, outcome);
    const tally = talliedProbe(series.tally, outcome, timing);
    if (tally.verdict !== series.tally.verdict && this.#conclude(kind, probe, tally) === "over") return;
    const tookMs = this.#target.clock.now() - triedAtMs;
    this.#tryLater({ ...series, tally }, Math.max(0, timing.periodMs - tookMs));
  }

  /** What a new verdict leads to, and whether this probe has said all that it will. */
  #conclude(kind: ProbeKind, probe: Probe, { verdict }: ProbeTally): "over" | "goes on" {
    if (kind === "readiness") {
      this.#listener.isReady(verdict === "success");
      return "goes on";
    }
    if (verdict === "failure") {
      this.stop();
      this.#listener.hasFailed(kind, probe);
      return "over";
    }
    if (kind === "liveness") return "goes on";
    this.#beginLife();
    return "over";
  }
}

/** One probe with all that has come of it so far. */
interface ProbeSeries {
  readonly kind: ProbeKind;
  readonly probe: Probe;
  readonly timing: ProbeTiming;
  readonly tally: ProbeTally;
}
