import { runControllers } from "@heliostat/controller";
import {
  type Clock,
  isKubeError,
  type KubeClient,
  type KubeObject,
  type ObjectName,
  type Resource,
} from "@heliostat/kube";
import { HandClock, SeededRandom } from "@heliostat/kube/testing";
import { embeddedKubernetes } from "@heliostat/kube-embedded";
import { workloadControllers } from "../workload-controllers.ts";

/** A cluster without nodes: the embedded API with the workload controllers on it, in hand-turned time. */
export interface Workbench {
  readonly client: KubeClient;
  readonly clock: HandClock;
  /** Let the controllers do what there is to do within this time. @default one second */
  turn(byMs?: number): Promise<void>;
  /** `undefined` when there is no such object. */
  find<T extends KubeObject>(resource: Resource<T>, name: ObjectName): Promise<T | undefined>;
  stop(): Promise<void>;
}

export async function startWorkbench(): Promise<Workbench> {
  const clock = new HandClock();
  const random = new SeededRandom();
  const abort = new AbortController();
  const kubernetes = embeddedKubernetes({ clock: clock as Clock, random });
  await kubernetes.start();
  const client = kubernetes.client();
  const running = runControllers(workloadControllers({ caCertificate: "CA" }), {
    client: kubernetes.client("workloads"),
    clock,
    random,
    signal: abort.signal,
  });
  async function turn(byMs = 1000): Promise<void> {
    await clock.turn(byMs);
  }
  await turn();
  await running.hasSynced;
  return {
    client,
    clock,
    turn,
    async find(resource, name) {
      try {
        return await client.get(resource, name);
      } catch (error) {
        if (isKubeError(error, "NotFound")) return undefined;
        throw error;
      }
    },
    async stop() {
      abort.abort();
      await running.stopped;
      await kubernetes.close();
    },
  };
}
