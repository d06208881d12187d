import { type Reconciler, runControllers } from "@heliostat/controller";
import { CUSTOM_RESOURCE_DEFINITIONS, type KubeClient } from "@heliostat/kube";
import { SeededRandom } from "@heliostat/kube/testing";
import { embeddedKubernetes } from "@heliostat/kube-embedded";
import { reconcilers } from "@heliostat/operator";
import { RAY_CLUSTERS, type RayCluster, rayCrds } from "@heliostat/ray";
import { meteredClient, RequestLog } from "./metered-client.ts";
import { readyPods } from "./ready-pods.ts";
import { VirtualClock } from "./virtual-clock.ts";

export interface VirtualOperatorOptions {
  /** How far the API is from the operator. @default 0 */
  readonly latencyMs?: number;
  /** Clusters that are looked at side by side, and requests in flight. @default as shipped */
  readonly width?: number;
  /** @default at once */
  readonly readyAfterMs?: (ordinal: number) => number;
}

const ENOUGH_MS = 3_600_000;

/** The shipped operator on an API of its own, in virtual time, with everything that it asks for in a log. */
export class VirtualOperator {
  readonly clock: VirtualClock;
  readonly log = new RequestLog();
  readonly client: KubeClient;
  /** How often anything has been reconciled. */
  reconciles = 0;
  readonly #stop = new AbortController();
  readonly #states = new Map<string, string>();

  static async start(options: VirtualOperatorOptions = {}): Promise<VirtualOperator> {
    const clock = new VirtualClock();
    const kubernetes = embeddedKubernetes({ clock, random: new SeededRandom() });
    await kubernetes.start();
    const client = kubernetes.client();
    for (const definition of rayCrds()) await client.create(CUSTOM_RESOURCE_DEFINITIONS, definition);
    await clock.pass(1000);
    return new VirtualOperator(clock, client, options);
  }

  private constructor(clock: VirtualClock, client: KubeClient, options: VirtualOperatorOptions) {
    const { latencyMs = 0, width, readyAfterMs = () => 0 } = options;
    this.clock = clock;
    this.client = client;
    const { signal } = this.#stop;
    void readyPods({ client, clock, afterMs: readyAfterMs, signal });
    void this.#followStates(signal);
    runControllers(
      reconcilers().map((each) => this.#counted(each)),
      {
        client: meteredClient(client, { clock, log: this.log, latencyMs }),
        clock,
        random: new SeededRandom(),
        signal,
        ...(width !== undefined && { workers: width, maxInFlight: width }),
      },
    );
  }

  /** Whether all clusters of these names are ready. */
  areReady(names: readonly string[]): boolean {
    return names.every((name) => this.#states.get(name) === "ready");
  }

  /** Create clusters and let time pass until they are all ready. Answers how much has. @throws Error when they never are */
  async bringUp(clusters: readonly RayCluster[]): Promise<number> {
    for (const cluster of clusters) await this.client.create(RAY_CLUSTERS, cluster);
    const names = clusters.map(({ metadata }) => metadata.name);
    const tookMs = await this.clock.pass(ENOUGH_MS, () => this.areReady(names));
    if (!this.areReady(names)) throw new Error("Cannot measure: not every cluster is ready within an hour");
    return tookMs;
  }

  stop(): void {
    this.#stop.abort();
  }

  #counted(reconciler: Reconciler): Reconciler {
    return {
      ...reconciler,
      reconcile: (...args) => {
        this.reconciles += 1;
        return reconciler.reconcile(...args);
      },
    };
  }

  async #followStates(signal: AbortSignal): Promise<void> {
    for await (const event of this.client.watch(RAY_CLUSTERS, { signal })) {
      if (event.type !== "ADDED" && event.type !== "MODIFIED") continue;
      const { metadata, status } = event.object;
      this.#states.set(metadata.name, status?.state ?? "");
    }
  }
}

/** A cluster of one group, without options. */
export function plainCluster(name: string, workers: number): RayCluster {
  const container = (role: string) => ({
    name: `ray-${role}`,
    image: "rayproject/ray:2.52.0",
    resources: { limits: { cpu: "1", memory: "2Gi" }, requests: { cpu: "1", memory: "2Gi" } },
  });
  return {
    apiVersion: "ray.io/v1",
    kind: "RayCluster",
    metadata: { name, namespace: "default" },
    spec: {
      rayVersion: "2.52.0",
      headGroupSpec: { rayStartParams: {}, template: { spec: { containers: [container("head")] } } },
      workerGroupSpecs: [
        {
          groupName: "workers",
          replicas: workers,
          minReplicas: 0,
          maxReplicas: Math.max(workers, 1),
          rayStartParams: {},
          template: { spec: { containers: [container("worker")] } },
        },
      ],
    },
  };
}
