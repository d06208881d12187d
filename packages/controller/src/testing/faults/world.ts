import {
  isKubeError,
  type KubeObject,
  keyOf,
  type Logger,
  nameOf,
  type Resource,
  SILENT,
} from "@heliostat/kube";
import { SeededRandom } from "@heliostat/kube/testing";
import { leadWhenElected } from "../../election/leader-election.ts";
import { runControllers } from "../../run-controllers.ts";
import { PausableClock } from "../pausable-clock.ts";
import { Actors } from "./actors.ts";
import { generalInvariants } from "./general-invariants.ts";
import type { Lab } from "./lab.ts";
import { witnessOf } from "./process-witness.ts";
import type { Revision } from "./revision-log.ts";
import type { Act, Choice, Invariant } from "./scenario.ts";
import { writeAsSecond } from "./second-writer.ts";
import { Wire, type WireRules, type WireWitness, type WriteCall } from "./wire.ts";

/** Many times what any story takes, whatever goes wrong in it: whoever sends more goes round in circles. */
const MOST_REQUESTS = 2000;

/** Something that must never be, and was. */
export interface Violation {
  readonly invariant: string;
  readonly detail: string;
}

/** A process that runs the controller. */
export interface Process {
  readonly wire: Wire;
  readonly clock: PausableClock;
  end(): void;
}

export interface ProcessOptions {
  readonly rules?: WireRules;
  /** How much its clock is ahead. @default 0 */
  readonly skewMs?: number;
  /** Its name as a candidate for the lease. @default it leads unasked */
  readonly candidate?: string;
  /** Whether another one leads by now. @default never */
  readonly isDeposed?: () => boolean;
}

/** One run: the API of a {@link Lab}, the rest of a cluster, and one or more processes of the controller. */
export class World {
  readonly lab: Lab;
  readonly violations: Violation[] = [];
  readonly #actors: Actors;
  readonly #seed: number;
  readonly #invariants: readonly Invariant[];
  readonly #processes: Process[] = [];
  readonly #namespaces = new Set<string>();
  readonly #told = new Set<string>();
  #changedAtMs = 0;
  #requests = 0;
  #onWrite: ((call: WriteCall) => void) | undefined;

  static async begin(lab: Lab, seed: number): Promise<World> {
    await lab.begin(seed);
    return new World(lab, seed);
  }

  private constructor(lab: Lab, seed: number) {
    this.lab = lab;
    this.#seed = seed;
    const { client, clock, log, resources } = lab;
    this.#actors = new Actors({ client, clock, state: log, resources });
    this.#invariants = [...lab.suite.invariants, ...generalInvariants(lab.suite)];
  }

  /** Let virtual time pass. */
  async pass(ms: number): Promise<void> {
    const { clock, log } = this.lab;
    const hasPassed = await clock.turn(ms, () => log.drain((change) => this.#see(change), clock.now()));
    if (!hasPassed) this.report("the controller lets time pass", "it looks again and again at one moment");
  }

  /** Let time pass until nothing of weight has changed or been written for `quietMs`, and `isDone`. */
  async rest({ quietMs, limitMs, isDone }: RestOptions): Promise<boolean> {
    const { clock } = this.lab;
    const endMs = clock.now() + limitMs;
    this.#changedAtMs = clock.now();
    // Of many faults in one run each has as much as one alone.
    this.#requests = 0;
    while (clock.now() < endMs) {
      await this.pass(500);
      if (this.violations.length > 0) return false;
      if (clock.now() - this.#changedAtMs >= quietMs && isDone()) return true;
    }
    return false;
  }

  startProcess({ rules = {}, skewMs = 0, candidate, isDeposed = () => false }: ProcessOptions = {}): Process {
    const abort = new AbortController();
    const clock = new PausableClock(this.lab.clock, skewMs);
    const random = new SeededRandom(this.#seed * 1000 + this.#processes.length);
    const wire = new Wire(this.lab.client, { clock, random, rules, witness: this.#witness(isDeposed) });
    const process = { wire, clock, end: () => abort.abort() };
    this.#processes.push(process);
    void wire.crashed.then(() => abort.abort());
    const reconcilers = this.lab.suite.reconcilers();
    const shared = { clock, random, logger: this.#complaints() };
    if (candidate === undefined) {
      runControllers(reconcilers, { ...shared, client: wire, signal: abort.signal });
      return process;
    }
    void leadWhenElected({
      ...shared,
      client: wire,
      signal: abort.signal,
      lease: { namespace: "kube-system", name: "controller" },
      identity: candidate,
      lead: ({ client, signal }) => runControllers(reconcilers, { ...shared, client, signal }).stopped,
    });
    return process;
  }

  /** Do what a scenario says. An act that is refused is a mistake in the scenario. */
  async perform(act: Act): Promise<void> {
    // What was done just before is there by now.
    await this.pass(0);
    const { client } = this.lab;
    switch (act.act) {
      case "create":
        this.#namespaces.add(act.object.metadata.namespace ?? "");
        await client.create(act.resource, act.object);
        return;
      case "patch": {
        const object = this.#chosen(act.resource, act.on);
        const body = typeof act.body === "function" ? act.body(object, this.lab.log) : act.body;
        const options = act.subresource ? { subresource: act.subresource } : {};
        await client.patch(act.resource, nameOf(object), { ...options, patch: { type: "merge", body } });
        return;
      }
      case "delete":
        await client.delete(act.resource, nameOf(this.#chosen(act.resource, act.on)));
        return;
      case "fate":
        this.#actors.decide(act.fate);
        return;
      case "wait":
        await this.pass(act.ms);
        return;
      case "expect":
        if (!act.holds(this.lab.log)) this.report("what a scenario expects midway", act.what);
        return;
    }
  }

  /** Somebody else writes to an object, or to every parent when it is not there. */
  async writeForeign(at: Pick<WriteCall, "resource" | "name">, value: string): Promise<void> {
    await writeAsSecond(this.lab, at, value);
  }

  /** The objects that a parent owns, in a fixed order. */
  children(): readonly { readonly resource: Resource; readonly object: KubeObject }[] {
    const { log, suite } = this.lab;
    return suite.resources.flatMap((resource) =>
      log
        .of(resource)
        .filter(({ metadata }) => metadata.ownerReferences?.length)
        .map((object) => ({ resource, object })),
    );
  }

  reviewOwner(resource: Resource, object: KubeObject): void {
    this.#actors.reviewOwner(resource, object);
  }

  report(invariant: string, detail: string): void {
    if (this.#told.has(invariant)) return;
    this.#told.add(invariant);
    this.violations.push({ invariant, detail });
  }

  /** Call back before each write of any process arrives. */
  onWrite(callback: (call: WriteCall) => void): void {
    this.#onWrite = callback;
  }

  async end(): Promise<void> {
    for (const process of this.#processes) process.end();
    for (let turn = 0; turn < 3; turn += 1) await this.pass(0);
  }

  #chosen(resource: Resource, choice: Choice): KubeObject {
    const { log } = this.lab;
    const object = typeof choice === "function" ? choice(log.of(resource)) : log.get(resource, keyOf(choice));
    if (!object) throw new Error(`Cannot act on ${resource.plural}: there is no such object`);
    return object;
  }

  #see(change: Revision): void {
    if (isOfWeight(change.resource)) this.#changedAtMs = this.lab.clock.now();
    this.#actors.see(change);
    for (const { name, check } of this.#invariants) {
      const problem = check(change, this.lab.log);
      if (problem) this.report(name, `${problem} (revision ${this.lab.log.revisions.length})`);
    }
  }

  /** A reconcile that fails without the API being to blame is a bug of the controller's. */
  #complaints(): Logger {
    return {
      ...SILENT,
      error: (message, fields) => {
        const { error } = (fields ?? {}) as { readonly error?: unknown };
        if (error === undefined || isKubeError(error)) return;
        const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.report(
          "the controller never fails by itself",
          `${message}: ${stack.split("\n").slice(0, 4).join(" ")}`,
        );
      },
    };
  }

  #witness(isDeposed: () => boolean): WireWitness {
    const { lab } = this;
    return witnessOf({
      lab,
      isDeposed,
      namespaces: this.#namespaces,
      report: (invariant, detail) => this.report(invariant, detail),
      asked: () => {
        this.#requests += 1;
        if (this.#requests === MOST_REQUESTS)
          this.report("the controller comes to rest", `it has sent ${MOST_REQUESTS} requests`);
      },
      arrives: (call) => {
        this.#onWrite?.(call);
        if (isOfWeight(call.resource)) this.#changedAtMs = lab.clock.now();
      },
    });
  }
}

interface RestOptions {
  readonly quietMs: number;
  readonly limitMs: number;
  readonly isDone: () => boolean;
}

/** Events and leases come and go; rest does not depend on them. */
function isOfWeight({ plural }: Resource): boolean {
  return plural !== "events" && plural !== "leases";
}
