import { runControllers } from "@heliostat/controller";
import {
  type Clock,
  type Json,
  type KubeClient,
  type KubeObject,
  type MetricsSource,
  PODS,
  type Pod,
  type Resource,
} from "@heliostat/kube";
import { HandClock, SeededRandom } from "@heliostat/kube/testing";
import { embeddedKubernetes } from "@heliostat/kube-embedded";
import { simulatedRuntime, startKubelet } from "@heliostat/kubelet";
import { type WorkloadOptions, workloadControllers } from "../workload-controllers.ts";

/** A whole cluster of one node whose pods are simulated, in a time that the test turns. */
export interface SimulatedCluster {
  readonly client: KubeClient;
  readonly clock: HandClock;
  /** Let happen what happens within this time. @default one second */
  turn(byMs?: number): Promise<void>;
  create<T extends KubeObject>(resource: Resource<T>, manifest: T): Promise<T>;
  get<T extends KubeObject>(resource: Resource<T>, name: string): Promise<T>;
  patch<T extends KubeObject>(resource: Resource<T>, name: string, body: object): Promise<T>;
  /** Of namespace `default`, those that are terminating left out. */
  pods(): Promise<readonly Pod[]>;
  stop(): Promise<void>;
}

export interface SimulatedClusterOptions extends Partial<WorkloadOptions> {
  /** What is used, as if a kubelet had measured it. @default nobody measures */
  readonly metrics?: MetricsSource;
}

export async function startSimulatedCluster(
  { metrics, ...options }: SimulatedClusterOptions = {},
  startDelayMs = 0,
): Promise<SimulatedCluster> {
  const clock = new HandClock();
  const random = new SeededRandom();
  const abort = new AbortController();
  const kubernetes = embeddedKubernetes({ clock: clock as Clock, random, ...(metrics && { metrics }) });
  await kubernetes.start();
  const client = kubernetes.client();
  const controllers = runControllers(workloadControllers({ caCertificate: "CA", ...options }), {
    client: kubernetes.client("workloads"),
    clock,
    random,
    signal: abort.signal,
  });
  const kubelet = startKubelet({
    ...{ client: kubernetes.client("kubelet"), clock, random },
    runtime: simulatedRuntime({ clock, startDelayMs, completeAfterMs: 1000 }),
    machine: { architecture: "amd64", operatingSystem: "linux", kernelVersion: "6", osImage: "Test" },
    apiServer: { host: "10.244.0.1", port: 6443 },
    caCertificate: "CA",
    issueToken: async () => "token",
  });
  await clock.turn(1000);
  await controllers.hasSynced;
  const where = (name: string) => ({ name, namespace: "default" });
  return {
    client,
    clock,
    turn: (byMs = 1000) => clock.turn(byMs),
    create: (resource, manifest) =>
      client.create(resource, {
        ...manifest,
        metadata: { namespace: "default", ...manifest.metadata },
      }),
    get: (resource, name) => client.get(resource, where(name)),
    patch: (resource, name, body) =>
      client.patch(resource, where(name), { patch: { type: "merge", body: body as Json } }),
    async pods() {
      const { items } = await client.list(PODS, { namespace: "default" });
      return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    },
    async stop() {
      abort.abort();
      await kubelet.stop();
      await controllers.stopped;
      kubernetes.close();
    },
  };
}
