import { CONFIG_MAPS, type KubeClient, LEASES, type Lease, sleep } from "@heliostat/kube";
import { HandClock, SeededRandom, settled } from "@heliostat/kube/testing";
import { type EmbeddedKubernetes, embeddedKubernetes } from "@heliostat/kube-embedded";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PausableClock } from "../testing/pausable-clock.ts";
import { type Leadership, leadWhenElected } from "./leader-election.ts";
import { onlyWhile } from "./only-while.ts";

const LEASE = { namespace: "kube-system", name: "demo" };
const random = new SeededRandom();

describe("leadWhenElected()", () => {
  let clock: HandClock;
  let kubernetes: EmbeddedKubernetes;
  let candidates: Candidate[];

  beforeEach(async () => {
    clock = new HandClock();
    kubernetes = embeddedKubernetes({ clock, random });
    await kubernetes.start();
    candidates = [];
  });

  afterEach(async () => {
    for (const candidate of candidates) candidate.stop();
    await clock.turn(20_000);
    await Promise.all(candidates.map(({ ended }) => ended));
  });

  function candidate(identity: string, client: KubeClient = kubernetes.client(identity)): Candidate {
    const made = new Candidate(identity, client, clock);
    candidates.push(made);
    return made;
  }

  const lease = (): Promise<Lease> => kubernetes.client().get(LEASES, LEASE);
  const leaders = (): string[] => candidates.filter(({ leads }) => leads).map(({ identity }) => identity);

  it("elects one, who stays as long as it renews", async () => {
    candidate("a");
    await clock.turn(0);
    candidate("b");
    await clock.turn(600_000);
    expect(leaders()).toEqual(["a"]);
    expect((await lease()).spec).toMatchObject({
      holderIdentity: "a",
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
    });
  });

  it("has never more than one of many that begin together", async () => {
    for (const name of ["a", "b", "c", "d", "e"]) candidate(name);
    for (let second = 0; second < 60; second += 1) {
      await clock.turn(1000);
      expect(leaders()).toHaveLength(1);
    }
  });

  it("hands over at once when the leader ends in good order", async () => {
    const first = candidate("a");
    await clock.turn(0);
    candidate("b");
    await clock.turn(10_000);
    first.stop();
    await settled();
    expect((await lease()).spec?.holderIdentity).toBe("");
    await clock.turn(5000);
    expect(leaders()).toEqual(["b"]);
    expect((await lease()).spec?.leaseTransitions).toBe(1);
  });

  it("waits for a leader that died, for as long as its lease lasts, and not much longer", async () => {
    const first = candidate("a");
    await clock.turn(0);
    candidate("b");
    await clock.turn(10_000);
    first.clock.pause();
    await clock.turn(12_000);
    expect(candidates[1]?.leads).toBe(false);
    await clock.turn(10_000);
    expect(candidates[1]?.leads).toBe(true);
  });

  it("lets a leader step down before another may lead, when it cannot renew", async () => {
    let isReachable = true;
    const first = candidate(
      "a",
      onlyWhile({ mayWrite: () => isReachable, over: new AbortController().signal }, kubernetes.client("a")),
    );
    await clock.turn(0);
    candidate("b");
    await clock.turn(7000);
    isReachable = false;
    let hasSwitched = false;
    for (let second = 0; second < 60; second += 1) {
      await clock.turn(1000);
      expect(leaders().length).toBeLessThanOrEqual(1);
      hasSwitched ||= leaders()[0] === "b";
    }
    expect(hasSwitched).toBe(true);
    expect(first.writes.length).toBeGreaterThan(0);
  });

  it("refuses the writes of a leader that was paused, before any of its timers runs", async () => {
    const first = candidate("a");
    await clock.turn(0);
    candidate("b");
    await clock.turn(5000);
    const { leadership } = first;
    first.clock.pause();
    await clock.turn(30_000);
    expect(leaders()).toContain("b");
    const late = leadership?.client.create(CONFIG_MAPS, configMap("late"));
    await expect(late).rejects.toMatchObject({ reason: "Unavailable" });
    await expect(kubernetes.client().get(CONFIG_MAPS, configMap("late").metadata)).rejects.toThrow(
      "not found",
    );
    first.clock.resume();
    await clock.turn(1000);
    expect(leaders()).toEqual(["b"]);
  });

  it("never lets two write in the same time, whoever is paused and for how long", async () => {
    const all = ["a", "b", "c"].map((name) => candidate(name));
    const chance = new SeededRandom(7);
    for (let round = 0; round < 150; round += 1) {
      const one = all[Math.floor(chance.fraction() * all.length)];
      if (chance.fraction() < 0.5) one?.clock.pause();
      else one?.clock.resume();
      await clock.turn(Math.floor(chance.fraction() * 15_000));
    }
    for (const { clock: own } of all) own.resume();
    await clock.turn(60_000);
    // Each change of the writer is a change of the leader: nobody's writes lie among another one's.
    const writes = all
      .flatMap(({ identity, writes: times }) => times.map((atMs) => ({ identity, atMs })))
      .sort((one, other) => one.atMs - other.atMs);
    const terms = writes.filter(({ identity }, index) => identity !== writes[index - 1]?.identity);
    const { leaseTransitions = 0 } = (await lease()).spec ?? {};
    expect(terms.length - 1).toBeLessThanOrEqual(leaseTransitions);
    expect(terms.length).toBeGreaterThan(5);
    expect(leaders()).toHaveLength(1);
  });

  it("makes a lease anew that somebody has deleted", async () => {
    candidate("a");
    await clock.turn(5000);
    await kubernetes.client().delete(LEASES, LEASE);
    await clock.turn(5000);
    expect((await lease()).spec?.holderIdentity).toBe("a");
    expect(leaders()).toEqual(["a"]);
  });
});

/** One that writes every 500 ms while it leads. */
class Candidate {
  readonly identity: string;
  readonly clock: PausableClock;
  readonly ended: Promise<void>;
  readonly writes: number[] = [];
  leadership: Leadership | undefined;
  readonly #abort = new AbortController();

  constructor(identity: string, client: KubeClient, clock: HandClock) {
    this.identity = identity;
    this.clock = new PausableClock(clock);
    this.ended = leadWhenElected({
      client,
      identity,
      lease: LEASE,
      clock: this.clock,
      random,
      signal: this.#abort.signal,
      lead: (leadership) => this.#lead(leadership),
    });
  }

  get leads(): boolean {
    return this.leadership !== undefined && !this.clock.isPaused;
  }

  stop(): void {
    this.clock.resume();
    this.#abort.abort();
  }

  async #lead(leadership: Leadership): Promise<void> {
    this.leadership = leadership;
    while (!leadership.signal.aborted) {
      await leadership.client
        .patch(LEASES, LEASE, {
          patch: {
            type: "merge",
            body: { metadata: { annotations: { "example.com/writer": this.identity } } },
          },
        })
        .then(() => this.writes.push(this.clock.now()))
        .catch(() => undefined);
      await sleep(this.clock, 500, leadership.signal);
    }
    this.leadership = undefined;
  }
}

function configMap(name: string) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" } } as const;
}
