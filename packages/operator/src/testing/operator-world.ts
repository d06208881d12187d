import { type RunningControllers, type RunOptions, runControllers } from "@heliostat/controller";
import {
  CUSTOM_RESOURCE_DEFINITIONS,
  EVENTS,
  type Event,
  interceptedClient,
  isTerminating,
  type KubeClient,
  type KubeObject,
  PODS,
  type Pod,
  type Resource,
} from "@heliostat/kube";
import { HandClock, SeededRandom, settled } from "@heliostat/kube/testing";
import { embeddedKubernetes } from "@heliostat/kube-embedded";
import { workloadControllers } from "@heliostat/kube-workloads";
import { simulatedRuntime, startKubelet } from "@heliostat/kubelet";
import { RAY_CLUSTERS, type RayCluster, rayCrds } from "@heliostat/ray";
import { aRayCluster, type RayClusterTraits } from "@heliostat/ray/testing";
import { OPERATOR_PROJECTIONS, type OperatorSettings, reconcilers } from "../index.ts";

/** A write or list that a client has begun. */
export interface Request {
  readonly verb: "create" | "update" | "patch" | "apply" | "delete" | "list";
  readonly resource: string;
  readonly name: string;
  readonly subresource?: string;
  readonly atMs: number;
}

export interface WorldOptions {
  readonly settings?: OperatorSettings;
  /** Whether pods are run; without it the test says how they stand. @default true */
  readonly hasNode?: boolean;
  /** Way to the API and back. @default none */
  readonly latencyMs?: number;
  readonly maxInFlight?: number;
}

/** An API, the workloads of a cluster, a node and the operator, all on one clock that only the test turns. */
export class OperatorWorld {
  readonly clock = new HandClock();
  readonly client: KubeClient;
  /** What the operator has asked of the API, in order. */
  readonly requests: Request[] = [];
  /** The most requests that the operator had in flight at once. */
  mostInFlight = 0;
  readonly #random = new SeededRandom();
  readonly #options: WorldOptions;
  readonly #stop = new AbortController();
  #operator = new AbortController();
  #inFlight = 0;

  static async begin(options: WorldOptions = {}): Promise<OperatorWorld> {
    const clock = new HandClock();
    const kubernetes = embeddedKubernetes({ clock, random: new SeededRandom(7) });
    await kubernetes.start();
    const client = kubernetes.client();
    for (const definition of rayCrds()) await client.create(CUSTOM_RESOURCE_DEFINITIONS, definition);
    const world = new OperatorWorld(client, clock, options);
    world.#start();
    await world.pass(1);
    world.requests.length = 0;
    return world;
  }

  private constructor(client: KubeClient, clock: HandClock, options: WorldOptions) {
    this.client = client;
    this.clock = clock;
    this.#options = options;
  }

  /** Let virtual seconds pass. */
  async pass(seconds: number): Promise<void> {
    await this.clock.turn(seconds * 1000);
  }

  /** A RayCluster in the API: `default/c` unless the traits say otherwise. */
  async make(traits: RayClusterTraits = {}): Promise<RayCluster> {
    const { apiVersion, kind, metadata, spec } = aRayCluster(traits);
    const { uid: _uid, ...named } = { ...metadata, namespace: "default", name: traits.metadata?.name ?? "c" };
    return this.client.create(RAY_CLUSTERS, { apiVersion, kind, metadata: named, spec });
  }

  /** Merge `spec` (or with `metadata` the metadata) into the cluster. */
  async edit(change: { spec?: object; metadata?: object }, name = "c"): Promise<void> {
    const body = JSON.parse(JSON.stringify(change));
    await this.client.patch(RAY_CLUSTERS, { namespace: "default", name }, { patch: { type: "merge", body } });
  }

  cluster(name = "c"): Promise<RayCluster> {
    return this.client.get(RAY_CLUSTERS, { namespace: "default", name });
  }

  /** The living pods, by name. */
  async pods(labelSelector = "ray.io/node-type in (head,worker)"): Promise<readonly Pod[]> {
    const { items } = await this.client.list(PODS, { namespace: "default", labelSelector });
    return items.filter((pod) => !isTerminating(pod));
  }

  /** Names of all objects of a resource in the cluster's namespace. */
  async names<T extends KubeObject>(resource: Resource<T>): Promise<readonly string[]> {
    const { items } = await this.client.list(resource, { namespace: "default" });
    return items.map(({ metadata }) => metadata.name);
  }

  async events(): Promise<readonly Event[]> {
    const { items } = await this.client.list(EVENTS, { namespace: "default" });
    return items.filter(({ reportingController }) => reportingController === "raycluster-controller");
  }

  /** Reasons of the operator's events, in alphabetical order. */
  async reasons(): Promise<readonly string[]> {
    return (await this.events()).map(({ reason = "" }) => reason).sort();
  }

  /** The conditions of the cluster: `True AllPodRunningAndReadyFirstTime`. */
  async conditions(name = "c"): Promise<Readonly<Record<string, string>>> {
    const { conditions = [] } = (await this.cluster(name)).status ?? {};
    return Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]));
  }

  /** Write a pod's status, as its node would. */
  async tell(pod: Pod, status: NonNullable<Pod["status"]>): Promise<void> {
    const { namespace = "default", name } = pod.metadata;
    const body = JSON.parse(JSON.stringify({ status }));
    await this.client.patch(
      PODS,
      { namespace, name },
      { subresource: "status", patch: { type: "merge", body } },
    );
  }

  tellReady(pod: Pod): Promise<void> {
    return this.tell(pod, {
      phase: "Running",
      podIP: "10.244.0.9",
      conditions: [{ type: "Ready", status: "True" }],
    });
  }

  /** What the operator has written, but for events. */
  writes(): readonly Request[] {
    return this.requests.filter(({ verb, resource }) => verb !== "list" && resource !== "events");
  }

  /** Stop the operator and start another, as after a crash. */
  async restart(): Promise<void> {
    this.#operator.abort();
    await settled();
    this.#operator = new AbortController();
    this.#startOperator();
    await this.pass(1);
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await settled();
  }

  #start(): void {
    this.#run(workloadControllers({ caCertificate: "" }), this.client, { signal: this.#stop.signal });
    if (this.#options.hasNode !== false) this.#startNode();
    this.#startOperator();
  }

  #startOperator(): void {
    const signal = AbortSignal.any([this.#stop.signal, this.#operator.signal]);
    this.#run(reconcilers(this.#options.settings), this.#recorded(), {
      signal,
      projections: OPERATOR_PROJECTIONS,
    });
  }

  #startNode(): void {
    const kubelet = startKubelet({
      client: this.client,
      clock: this.clock,
      random: this.#random,
      runtime: simulatedRuntime({ clock: this.clock, startDelayMs: 300, completeAfterMs: 300 }),
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
    options: Pick<RunOptions, "signal" | "projections">,
  ): RunningControllers {
    const { maxInFlight } = this.#options;
    return runControllers(loops, {
      client,
      clock: this.clock,
      random: this.#random,
      ...options,
      ...(maxInFlight !== undefined && { maxInFlight }),
    });
  }

  #recorded(): KubeClient {
    return interceptedClient(this.client, ({ verb, resource, name, subresource }, send) => {
      if (verb === "get") return send();
      const request = { verb, resource: resource.plural, name, ...(subresource && { subresource }) };
      return this.#call(request, send);
    });
  }

  async #call<T>(request: Omit<Request, "atMs">, call: () => Promise<T>): Promise<T> {
    this.requests.push({ ...request, atMs: this.clock.now() });
    this.#inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.#inFlight);
    try {
      const { latencyMs = 0 } = this.#options;
      if (latencyMs === 0) return await call();
      await this.#wait(latencyMs / 2);
      const answer = await call();
      await this.#wait(latencyMs / 2);
      return answer;
    } finally {
      this.#inFlight -= 1;
    }
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.clock.after(delayMs, resolve));
  }
}
