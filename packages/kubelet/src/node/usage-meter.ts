import {
  type Clock,
  type MetricsSource,
  type NodeUsage,
  nameOf,
  type Pod,
  type PodUsage,
  type Usage,
} from "@heliostat/kube";
import type { ContainerRuntime, ContainerUsage } from "../runtime/container-runtime.ts";

export interface UsageMeterOptions {
  readonly clock: Clock;
  readonly runtime: Pick<ContainerRuntime, "measure">;
  readonly nodeName: string;
  /** The pods of this node. */
  readonly pods: () => readonly Pod[];
}

/**
 * Turns what the runtime has counted into what is used now. It measures when somebody asks, so that a node which
 * nobody looks at does nothing: CPU is the mean since the last time that lies far enough back, or since the container
 * started.
 */
export class UsageMeter implements MetricsSource {
  readonly #options: UsageMeterOptions;
  #earlier = new Map<string, Counted>();

  constructor(options: UsageMeterOptions) {
    this.#options = options;
  }

  /** Pods of which at least one container runs. */
  async pods(): Promise<readonly PodUsage[]> {
    const byPod = new Map<string, ContainerMean[]>();
    for (const mean of await this.#measure())
      byPod.set(mean.podUid, [...(byPod.get(mean.podUid) ?? []), mean]);
    return this.#options.pods().flatMap((pod) => {
      const containers = byPod.get(pod.metadata.uid ?? "") ?? [];
      const { name, namespace = "" } = nameOf(pod);
      return containers.length > 0 ? [{ name, namespace, ...this.#when(containers), containers }] : [];
    });
  }

  /** The node uses what its pods use: the rest of the machine is not its own. */
  async nodes(): Promise<readonly NodeUsage[]> {
    const measured = await this.#measure();
    const total = { cpuMillis: sumOf(measured, "cpuMillis"), memoryBytes: sumOf(measured, "memoryBytes") };
    return [{ name: this.#options.nodeName, ...this.#when(measured), ...total }];
  }

  async #measure(): Promise<readonly ContainerMean[]> {
    const counted = await this.#options.runtime.measure();
    const atMs = this.#options.clock.now();
    const marks = new Map<string, Counted>();
    const means = counted.map((now) => {
      const key = `${now.podUid}/${now.container}`;
      const mark = startOfMean(now, this.#earlier.get(key), atMs);
      const windowMs = atMs - mark.atMs;
      marks.set(key, windowMs < LEAST_WINDOW_MS ? mark : { atMs, cpuMs: now.cpuMs });
      return meanOf(now, { windowMs, cpuMs: now.cpuMs - mark.cpuMs });
    });
    this.#earlier = marks;
    return means;
  }

  #when(measured: readonly ContainerMean[]): { readonly atMs: number; readonly windowMs: number } {
    return {
      atMs: this.#options.clock.now(),
      windowMs: Math.max(0, ...measured.map(({ windowMs }) => windowMs)),
    };
  }
}

/** How short a mean may be: as metrics-server measures (Kubernetes convention). */
const LEAST_WINDOW_MS = 15_000;

/** What a container had used at some moment. */
interface Counted {
  readonly atMs: number;
  readonly cpuMs: number;
}

interface ContainerMean extends Usage {
  readonly podUid: string;
  readonly name: string;
  readonly windowMs: number;
}

/** Where the mean begins: the earlier measurement, unless the container has started anew since. */
function startOfMean(now: ContainerUsage, earlier: Counted | undefined, atMs: number): Counted {
  const startedAtMs = atMs - now.runningMs;
  return earlier && earlier.atMs >= startedAtMs ? earlier : { atMs: startedAtMs, cpuMs: 0 };
}

function meanOf(
  { podUid, container, memoryBytes }: ContainerUsage,
  { windowMs, cpuMs }: { readonly windowMs: number; readonly cpuMs: number },
): ContainerMean {
  const cpuMillis = windowMs > 0 ? Math.max((cpuMs / windowMs) * 1000, 0) : 0;
  return { podUid, name: container, windowMs, cpuMillis, memoryBytes };
}

function sumOf(means: readonly ContainerMean[], key: keyof Usage): number {
  return means.reduce((total, mean) => total + mean[key], 0);
}
