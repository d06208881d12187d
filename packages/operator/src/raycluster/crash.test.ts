import { type RunningControllers, runControllers } from "@heliostat/controller";
import { CrashingClient, type CrashPoint } from "@heliostat/controller/testing";
import {
  CUSTOM_RESOURCE_DEFINITIONS,
  isTerminating,
  type KubeClient,
  PODS,
  type Pod,
  SERVICES,
} from "@heliostat/kube";
import { HandClock, SeededRandom, settled } from "@heliostat/kube/testing";
import { embeddedKubernetes } from "@heliostat/kube-embedded";
import { workloadControllers } from "@heliostat/kube-workloads";
import { simulatedRuntime, startKubelet } from "@heliostat/kubelet";
import { RAY_CLUSTERS, type RayCluster, rayCrds } from "@heliostat/ray";
import { aRayCluster } from "@heliostat/ray/testing";
import { describe, expect, it } from "vitest";
import { reconcilers } from "../index.ts";
import { groupOf, isHead } from "./pod-state.ts";

const NAMESPACE = "default";
const NAME = { namespace: NAMESPACE, name: "c" };
/** The most workers that the scenario ever wants. */
const MOST_WORKERS = 3;

describe("the operator, killed at any of its writes", () => {
  it("ends where it would have ended, without a pod too many on the way", { timeout: 60_000 }, async () => {
    const reference = await runScenario({ seed: 1 });
    expect(reference.end).toEqual({ heads: 1, workers: 2, services: 1, state: "ready" });
    expect(reference.writes.length).toBeGreaterThan(8);

    for (let write = 0; write < reference.writes.length; write += 1) {
      for (const position of ["before", "after"] as const) {
        const run = await runScenario({ seed: 1, crash: { write, position } });
        const point = `${position} write ${write}, ${run.writes[write]}`;
        expect(run.hasCrashed, point).toBe(true);
        expect(run.violations, point).toEqual([]);
        expect(run.end, point).toEqual(reference.end);
      }
    }
  });

  it("keeps its promises whatever the order in which answers come", { timeout: 60_000 }, async () => {
    for (let seed = 2; seed < 12; seed += 1) {
      const run = await runScenario({ seed });
      expect(run.violations, `seed ${seed}`).toEqual([]);
      expect(run.end, `seed ${seed}`).toEqual({ heads: 1, workers: 2, services: 1, state: "ready" });
    }
  });
});

interface Run {
  readonly writes: readonly string[];
  readonly hasCrashed: boolean;
  readonly violations: readonly string[];
  readonly end: {
    readonly heads: number;
    readonly workers: number;
    readonly services: number;
    readonly state?: string;
  };
}

/** A cluster of two workers comes up, grows to three, loses one, and shrinks to two, in virtual time. */
async function runScenario({ seed, crash }: { seed: number; crash?: CrashPoint }): Promise<Run> {
  const world = await World.begin(seed, crash);
  await world.client.create(RAY_CLUSTERS, clusterOf(2));
  await world.pass(40);
  await world.setReplicas(3);
  await world.pass(40);
  await world.loseAWorker();
  await world.pass(40);
  await world.setReplicas(2);
  await world.pass(120);
  return world.finish();
}

/** An API, a node and an operator, all on one clock that only the scenario turns. */
class World {
  readonly client: KubeClient;
  readonly #clock: HandClock;
  readonly #random: SeededRandom;
  readonly #stop = new AbortController();
  readonly #violations: string[] = [];
  #operator: CrashingClient;
  #hasCrashed = false;

  static async begin(seed: number, crash: CrashPoint | undefined): Promise<World> {
    const clock = new HandClock();
    const random = new SeededRandom(seed);
    const kubernetes = embeddedKubernetes({ clock, random });
    await kubernetes.start();
    const client = kubernetes.client();
    for (const definition of rayCrds()) await client.create(CUSTOM_RESOURCE_DEFINITIONS, definition);
    const world = new World(client, { clock, random, crash });
    await world.pass(5);
    return world;
  }

  private constructor(
    client: KubeClient,
    { clock, random, crash }: { clock: HandClock; random: SeededRandom; crash: CrashPoint | undefined },
  ) {
    this.client = client;
    this.#clock = clock;
    this.#random = random;
    this.#startNode();
    void this.#watchInvariants();
    this.#operator = this.#startOperator(crash);
  }

  /** Let virtual seconds pass. */
  async pass(seconds: number): Promise<void> {
    await this.#clock.turn(seconds * 1000);
  }

  async setReplicas(replicas: number): Promise<void> {
    const { workerGroupSpecs = [] } = (await this.#cluster()).spec;
    const body = JSON.parse(
      JSON.stringify({ spec: { workerGroupSpecs: workerGroupSpecs.map((each) => ({ ...each, replicas })) } }),
    );
    await this.client.patch(RAY_CLUSTERS, NAME, { patch: { type: "merge", body } });
  }

  async loseAWorker(): Promise<void> {
    const [worker] = (await this.#pods()).filter((pod) => !isHead(pod));
    if (worker) await this.client.delete(PODS, { namespace: NAMESPACE, name: worker.metadata.name });
  }

  async finish(): Promise<Run> {
    const pods = await this.#pods();
    const services = await this.client.list(SERVICES, {
      namespace: NAMESPACE,
      labelSelector: "ray.io/cluster=c",
    });
    const { status } = await this.#cluster();
    this.#stop.abort();
    await settled();
    return {
      writes: this.#operator.writes,
      hasCrashed: this.#hasCrashed,
      violations: this.#violations,
      end: {
        heads: pods.filter(isHead).length,
        workers: pods.filter((pod) => !isHead(pod)).length,
        services: services.items.length,
        ...(status?.state !== undefined && { state: status.state }),
      },
    };
  }

  #startOperator(crash?: CrashPoint): CrashingClient {
    const end = new AbortController();
    const client = new CrashingClient(this.client, {
      clock: this.#clock,
      random: this.#random,
      ...(crash && { crash }),
    });
    this.#run(reconcilers(), client, AbortSignal.any([this.#stop.signal, end.signal]));
    void client.crashed.then(() => {
      this.#hasCrashed = true;
      end.abort();
      // Somebody restarts it; the first one's writes stay the record of what was tried.
      this.#clock.after(1000, () => this.#startOperator());
    });
    return client;
  }

  #startNode(): void {
    this.#run(workloadControllers({ caCertificate: "" }), this.client, this.#stop.signal);
    const kubelet = startKubelet({
      client: this.client,
      clock: this.#clock,
      random: this.#random,
      runtime: simulatedRuntime({ clock: this.#clock, startDelayMs: 300, completeAfterMs: 300 }),
      machine: { architecture: "amd64", operatingSystem: "linux", kernelVersion: "", osImage: "" },
      apiServer: { host: "10.244.0.1", port: 443 },
      caCertificate: "",
      issueToken: async () => "",
    });
    this.#stop.signal.addEventListener("abort", () => void kubelet.stop());
  }

  #run(
    loops: Parameters<typeof runControllers>[0],
    client: KubeClient,
    signal: AbortSignal,
  ): RunningControllers {
    return runControllers(loops, { client, clock: this.#clock, random: this.#random, signal });
  }

  /** Look at every revision: one head at most, no more live workers than wanted. */
  async #watchInvariants(): Promise<void> {
    const alive = new Map<string, Pod>();
    for await (const event of this.client.watch(PODS, { namespace: NAMESPACE, signal: this.#stop.signal })) {
      if (event.type === "BOOKMARK" || event.type === "ERROR") continue;
      const { name } = event.object.metadata;
      if (event.type === "DELETED" || isTerminating(event.object)) alive.delete(name);
      else alive.set(name, event.object);
      const pods = [...alive.values()];
      const heads = pods.filter(isHead).length;
      const workers = pods.filter((pod) => groupOf(pod) === "workers").length;
      if (heads > 1) this.#violations.push(`${heads} heads at ${event.object.metadata.resourceVersion}`);
      if (workers > MOST_WORKERS)
        this.#violations.push(`${workers} workers at ${event.object.metadata.resourceVersion}`);
    }
  }

  async #pods(): Promise<readonly Pod[]> {
    const { items } = await this.client.list(PODS, { namespace: NAMESPACE });
    return items.filter((pod) => !isTerminating(pod));
  }

  #cluster(): Promise<RayCluster> {
    return this.client.get(RAY_CLUSTERS, NAME);
  }
}

function clusterOf(replicas: number): RayCluster {
  const { apiVersion, kind, spec } = aRayCluster({ workers: [{ replicas }] });
  return { apiVersion, kind, metadata: NAME, spec };
}
