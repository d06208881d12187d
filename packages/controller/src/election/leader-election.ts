import {
  type Clock,
  isEqualJson,
  isKubeError,
  type KubeClient,
  LEASES,
  type Lease,
  type Logger,
  microTimestamp,
  type ObjectName,
  type Random,
  SILENT,
  sleep,
} from "@heliostat/kube";
import { onlyWhile } from "./only-while.ts";

export interface LeaderElectionOptions {
  readonly client: KubeClient;
  /** The Lease for which candidates compete. It is made when it is not there. */
  readonly lease: ObjectName;
  /** Who we are; no two candidates may have one name. */
  readonly identity: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Ends candidature and leadership. */
  readonly signal: AbortSignal;
  /** @default silent */
  readonly logger?: Logger;
  /** @default 15 s, 10 s and 2 s, as client-go has them */
  readonly timing?: ElectionTiming;
  /** What the leader does, until its signal aborts. The next candidature begins when it has really ended. */
  lead(leadership: Leadership): Promise<void>;
}

export interface ElectionTiming {
  /** How long others leave a lease alone after they have last seen it renewed. */
  readonly leaseDurationMs: number;
  /** How long a leader acts on after its last renewal. Less than `leaseDurationMs`, hence never two at a time. */
  readonly renewDeadlineMs: number;
  readonly retryPeriodMs: number;
}

export interface Leadership {
  /** Aborts when leadership has ended, for whatever reason. */
  readonly signal: AbortSignal;
  /**
   * Writes only as long as the lease is fresh by the clock at this very moment: a leader that was paused finds its
   * writes refused (`Unavailable`) though its timers have not yet run. Writes that wait for their answer when the lease is
   * over are given up, so that none leaves the process late.
   */
  readonly client: KubeClient;
}

const TIMING: ElectionTiming = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 };

/** client-go's factor: chance keeps candidates from asking at the same moment. */
const JITTER = 1.2;

/**
 * Be a candidate, lead when elected, and be a candidate again when leadership was lost, until the signal aborts. A
 * leader that ends in good order gives its lease back, so that nobody waits for it to expire.
 *
 * Other candidates' clocks do not matter: each counts from when it saw the lease change last (client-go's rule).
 */
export async function leadWhenElected(options: LeaderElectionOptions): Promise<void> {
  const election = new Election(options);
  while (!options.signal.aborted) {
    if (await election.acquire()) await election.lead();
  }
}

/** The two ways in which leadership ends. */
interface Ending {
  /** Nothing new is begun; what is under way comes to its end before the lease is given back. */
  readonly end: AbortController;
  /** The lease is lost: nothing that is under way counts on it any more. */
  readonly over: AbortController;
}

class Election {
  readonly #options: LeaderElectionOptions;
  readonly #timing: ElectionTiming;
  readonly #logger: Logger;
  /** The lease as it was seen last, and when it was first seen so. */
  #seen: { readonly lease: Lease; readonly atMs: number } | undefined;
  /** When the last renewal that succeeded was asked for. */
  #renewedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#timing = options.timing ?? TIMING;
    this.#logger = options.logger ?? SILENT;
  }

  /** Ask for the lease until it is ours; `false` when the signal aborts before. */
  async acquire(): Promise<boolean> {
    const { clock, random, signal, identity } = this.#options;
    while (!signal.aborted) {
      if (await this.#claim(signal)) {
        this.#logger.info("Became leader", { identity });
        return true;
      }
      await sleep(clock, this.#timing.retryPeriodMs * (1 + random.fraction() * JITTER), signal);
    }
    return false;
  }

  /** Lead, and keep the lease, until either ends. */
  async lead(): Promise<void> {
    const { client, identity, signal, lead } = this.#options;
    const end = new AbortController();
    const over = new AbortController();
    const stop = (): void => end.abort();
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    const keeping = this.#keep({ end, over });
    try {
      await lead({
        signal: end.signal,
        client: onlyWhile(
          { mayWrite: () => this.#isFresh() && !end.signal.aborted, over: over.signal },
          client,
        ),
      });
    } finally {
      stop();
      signal.removeEventListener("abort", stop);
      await keeping;
      this.#logger.info("Leads no longer", { identity });
      await this.#release();
    }
  }

  /** Renew in time, again and again; end leadership when that fails for too long. */
  async #keep({ end, over }: Ending): Promise<void> {
    const { clock } = this.#options;
    while (!end.signal.aborted) {
      const leftMs = this.#renewedAtMs + this.#timing.renewDeadlineMs - clock.now();
      const deadline = clock.after(Math.max(0, leftMs), () => {
        this.#logger.error("Cannot renew the lease in time", { identity: this.#options.identity });
        over.abort();
        end.abort();
      });
      await this.#renewOnce({ end, over });
      deadline.cancel();
    }
  }

  async #renewOnce({ end, over }: Ending): Promise<void> {
    const { clock } = this.#options;
    const before = this.#renewedAtMs;
    while (!end.signal.aborted && this.#renewedAtMs === before) {
      await sleep(clock, this.#timing.retryPeriodMs, end.signal);
      if (end.signal.aborted) return;
      await this.#claim(end.signal);
      if (this.#isOurs()) continue;
      over.abort();
      end.abort();
    }
  }

  /** Make the lease ours, or ours for longer. Whatever goes wrong is a claim that failed. */
  async #claim(signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#options;
    const askedAtMs = clock.now();
    try {
      const lease = await this.#observed(signal);
      if (lease && !this.#isOurs() && !this.#isFree()) return false;
      const written = await this.#write(lease, askedAtMs, signal);
      this.#seen = { lease: written, atMs: clock.now() };
      this.#renewedAtMs = askedAtMs;
      return true;
    } catch (error) {
      if (!signal.aborted) this.#logger.debug("Cannot claim the lease", { error });
      return false;
    }
  }

  /** The lease as it is. What its holder changes starts its time anew; what others write beside that does not. */
  async #observed(signal: AbortSignal): Promise<Lease | undefined> {
    const { client, lease: name, clock } = this.#options;
    const lease = await client.get(LEASES, name, { signal }).catch((error: unknown) => {
      if (isKubeError(error, "NotFound")) return undefined;
      throw error;
    });
    const isSame = lease !== undefined && isEqualJson(lease.spec, this.#seen?.lease.spec);
    this.#seen = lease && { lease, atMs: isSame && this.#seen ? this.#seen.atMs : clock.now() };
    return lease;
  }

  #write(lease: Lease | undefined, nowMs: number, signal: AbortSignal): Promise<Lease> {
    const { client, lease: name, identity } = this.#options;
    const spec = {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(this.#timing.leaseDurationMs / 1000),
      renewTime: microTimestamp(nowMs),
    };
    if (!lease) {
      const fresh = { ...spec, acquireTime: spec.renewTime, leaseTransitions: 0 };
      const identityFields = { apiVersion: "coordination.k8s.io/v1", kind: "Lease" } as const;
      return client.create(LEASES, { ...identityFields, metadata: { ...name }, spec: fresh }, { signal });
    }
    const taken = this.#isOurs() ? {} : this.#transition(lease, spec.renewTime);
    // Its resourceVersion goes with it: of two candidates that saw the same lease one gets it.
    return client.update(LEASES, { ...lease, spec: { ...lease.spec, ...spec, ...taken } }, { signal });
  }

  #transition({ spec }: Lease, acquireTime: string): Partial<NonNullable<Lease["spec"]>> {
    return { acquireTime, leaseTransitions: (spec?.leaseTransitions ?? 0) + 1 };
  }

  /** Let go of what is surely ours; what could not be renewed expires by itself. */
  async #release(): Promise<void> {
    const { client, clock } = this.#options;
    const { lease } = this.#seen ?? {};
    if (!lease || !this.#isOurs() || !this.#isFresh()) return;
    const released = { holderIdentity: "", leaseDurationSeconds: 1, renewTime: microTimestamp(clock.now()) };
    try {
      await client.update(LEASES, { ...lease, spec: { ...lease.spec, ...released } });
    } catch (error) {
      this.#logger.debug("Cannot release the lease", { error });
    }
    this.#seen = undefined;
  }

  #isOurs(): boolean {
    return this.#seen?.lease.spec?.holderIdentity === this.#options.identity;
  }

  #isFree(): boolean {
    if (!this.#seen) return true;
    const { lease, atMs } = this.#seen;
    if (!lease.spec?.holderIdentity) return true;
    const durationMs = (lease.spec.leaseDurationSeconds ?? 0) * 1000;
    return atMs + durationMs <= this.#options.clock.now();
  }

  #isFresh(): boolean {
    return this.#options.clock.now() < this.#renewedAtMs + this.#timing.renewDeadlineMs;
  }
}
