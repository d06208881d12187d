import {
  CUSTOM_RESOURCE_DEFINITIONS,
  EVENTS,
  groupResource,
  type KubeClient,
  type KubeObject,
  LEASES,
  nameOf,
  type Random,
  type Resource,
} from "@heliostat/kube";
import { SeededRandom } from "@heliostat/kube/testing";
import { embeddedKubernetes } from "@heliostat/kube-embedded";
import { RevisionLog } from "./revision-log.ts";
import type { FaultSuite } from "./scenario.ts";
import { VirtualClock } from "./virtual-clock.ts";

const BEGIN_MS = Date.UTC(2026, 0, 1);

/**
 * One API for many runs, one after the other: it is emptied and its clock set back before each, so that a run costs
 * milliseconds and is the same whatever ran before.
 */
export class Lab {
  readonly clock: VirtualClock;
  readonly client: KubeClient;
  readonly log: RevisionLog = new RevisionLog();
  readonly suite: FaultSuite;
  /** The suite's resources, and those that every controller writes. */
  readonly resources: readonly Resource[];
  readonly #chance: ChanceOfRun;

  static async open(suite: FaultSuite): Promise<Lab> {
    const clock = new VirtualClock();
    const chance = new ChanceOfRun();
    const history = { changes: 5000, ageMs: Number.MAX_SAFE_INTEGER };
    const kubernetes = embeddedKubernetes({ clock, random: chance, history });
    clock.reset(BEGIN_MS, chance);
    await kubernetes.start();
    const client = kubernetes.client("harness");
    for (const definition of suite.definitions) await client.create(CUSTOM_RESOURCE_DEFINITIONS, definition);
    await clock.turn(1000, () => undefined);
    const lab = new Lab(suite, { clock, client, chance });
    await clock.turn(0, () => undefined);
    return lab;
  }

  private constructor(
    suite: FaultSuite,
    { clock, client, chance }: { clock: VirtualClock; client: KubeClient; chance: ChanceOfRun },
  ) {
    this.suite = suite;
    this.clock = clock;
    this.client = client;
    this.#chance = chance;
    const own: readonly Resource[] = [EVENTS, LEASES];
    const names = new Set(suite.resources.map(groupResource));
    this.resources = [...suite.resources, ...own.filter((each) => !names.has(groupResource(each)))];
    this.log.follow(client, this.resources);
  }

  /** An empty API at the beginning of time. */
  async begin(seed: number): Promise<void> {
    this.#restart(seed);
    for (let round = 0; await this.#clear(); round += 1) {
      if (round > 20) throw new Error("Cannot empty the API: objects come back");
    }
    this.#restart(seed);
    this.log.begin();
  }

  #restart(seed: number): void {
    this.#chance.seed(seed);
    this.clock.reset(BEGIN_MS, new SeededRandom(seed + 1));
  }

  /** Whether something was there to remove. */
  async #clear(): Promise<boolean> {
    const objects = this.resources.flatMap((resource) =>
      this.log.of(resource).map((object) => ({ resource, object })),
    );
    for (const { resource, object } of objects) await this.#remove(resource, object);
    await this.clock.turn(0, () => this.log.drain(() => undefined));
    return objects.length > 0;
  }

  async #remove(resource: Resource, object: KubeObject): Promise<void> {
    const name = nameOf(object);
    try {
      if (object.metadata.finalizers?.length) {
        await this.client.patch(resource, name, {
          patch: { type: "merge", body: { metadata: { finalizers: null } } },
        });
      }
      await this.client.delete(resource, name, { gracePeriodSeconds: 0 });
    } catch {
      // Removing the finalizer may have ended it.
    }
  }
}

/** The API's chance, which begins anew with each run. */
class ChanceOfRun implements Random {
  #random = new SeededRandom(1);

  seed(seed: number): void {
    this.#random = new SeededRandom(seed);
  }

  fraction(): number {
    return this.#random.fraction();
  }

  uuid(): string {
    return this.#random.uuid();
  }
}
