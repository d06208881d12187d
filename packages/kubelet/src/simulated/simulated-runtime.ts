import { type ByteStream, type Clock, type ExecSession, KubeError, sleep, type Timer } from "@heliostat/kube";
import type {
  ContainerExit,
  ContainerRuntime,
  ContainerSpec,
  ContainerUsage,
  OutputChunk,
  PodSandbox,
  ResolvedImage,
  RunningContainer,
  SandboxSpec,
} from "../runtime/container-runtime.ts";
import { AddressPool } from "./address-pool.ts";
import { SIMULATE_ANNOTATION, type Simulation, simulationOf } from "./simulation.ts";

export interface SimulatedRuntimeOptions {
  readonly clock: Clock;
  /** How long a container takes to start. @default 500 */
  readonly startDelayMs?: number;
  /** How long a container runs that is there to end: init containers, and those of jobs. @default 2000 */
  readonly completeAfterMs?: number;
}

/**
 * Pods without processes: any image starts, runs for ever or, where it is there to end, ends well. Pods change that for
 * themselves with the annotation `heliostat.dev/simulate`. A pod that runs costs no timer.
 */
export function simulatedRuntime(options: SimulatedRuntimeOptions): ContainerRuntime {
  const addresses = new AddressPool();
  const sandboxes = new Set<SimulatedSandbox>();
  return {
    name: "simulated",
    isReal: false,
    resolveImage: simulatedImage,
    explainUnknownImage: (image) => `image "${image}" is simulated like any other`,
    createSandbox: async (spec) => {
      const sandbox = new SimulatedSandbox(spec, { options, addresses, leave: (it) => sandboxes.delete(it) });
      sandboxes.add(sandbox);
      return sandbox;
    },
    setHosts: () => undefined,
    measure: async () => [...sandboxes].flatMap((sandbox) => sandbox.usage()),
    close: async () => {
      await Promise.all([...sandboxes].map((sandbox) => sandbox.remove()));
    },
  };
}

interface SandboxPlace {
  readonly options: SimulatedRuntimeOptions;
  readonly addresses: AddressPool;
  leave(sandbox: SimulatedSandbox): void;
}

const DEFAULT_START_DELAY_MS = 500;
const DEFAULT_COMPLETE_AFTER_MS = 2000;
const SIGNALS = { SIGTERM: 15, SIGKILL: 9 } as const;

class SimulatedSandbox implements PodSandbox {
  readonly ip: string;
  readonly #spec: SandboxSpec;
  readonly #place: SandboxPlace;
  readonly #removed = new AbortController();
  readonly #running = new Set<SimulatedContainer>();

  constructor(spec: SandboxSpec, place: SandboxPlace) {
    this.#spec = spec;
    this.#place = place;
    // A wish that cannot be read is told before the pod has an address.
    simulationOf(spec.annotations?.[SIMULATE_ANNOTATION], "");
    this.ip = place.addresses.take();
  }

  async startContainer(spec: ContainerSpec): Promise<RunningContainer> {
    const { clock, startDelayMs = DEFAULT_START_DELAY_MS } = this.#place.options;
    const wishes = simulationOf(this.#spec.annotations?.[SIMULATE_ANNOTATION], spec.name);
    await sleep(clock, wishes.startDelayMs ?? startDelayMs, this.#removed.signal);
    if (this.#removed.signal.aborted) throw new Error("the pod has been removed");
    if (wishes.failsToStart)
      throw new Error(`"${SIMULATE_ANNOTATION}" asks for a container that fails to start`);
    const container = new SimulatedContainer(spec, clock, { ...wishes, ...this.#end(spec, wishes) });
    this.#running.add(container);
    void container.exited.then(() => this.#running.delete(container));
    return container;
  }

  connect(port: number): Promise<ByteStream> {
    const { name } = this.#spec;
    const message = `Cannot connect to port ${port} of pod "${name}": pods are simulated here, nothing listens`;
    return Promise.reject(new KubeError("Unavailable", message));
  }

  async grpcHealth(): Promise<string> {
    return "SERVING";
  }

  async updateFiles(): Promise<void> {}

  usage(): readonly ContainerUsage[] {
    const { uid: podUid } = this.#spec;
    return [...this.#running].map((container) => ({ podUid, ...container.usage() }));
  }

  async remove(): Promise<void> {
    if (this.#removed.signal.aborted) return;
    this.#removed.abort();
    for (const container of this.#running) container.signal("SIGKILL");
    this.#place.addresses.giveBack(this.ip);
    this.#place.leave(this);
  }

  #end({ isMeantToEnd }: ContainerSpec, { end }: Simulation): Pick<Simulation, "end"> {
    const { completeAfterMs = DEFAULT_COMPLETE_AFTER_MS } = this.#place.options;
    if (end) return { end };
    return isMeantToEnd ? { end: { exitCode: 0, afterMs: completeAfterMs } } : {};
  }
}

class SimulatedContainer implements RunningContainer {
  readonly exited: Promise<ContainerExit>;
  readonly output: AsyncIterable<OutputChunk>;
  readonly #name: string;
  readonly #clock: Clock;
  readonly #wishes: Simulation;
  readonly #startedAtMs: number;
  readonly #timer: Timer | undefined;
  #exit: (exit: ContainerExit) => void = () => undefined;

  constructor(spec: ContainerSpec, clock: Clock, wishes: Simulation) {
    this.#name = spec.name;
    this.#clock = clock;
    this.#wishes = wishes;
    this.#startedAtMs = clock.now();
    this.exited = new Promise((resolve) => {
      this.#exit = resolve;
    });
    this.output = oneLine(`Simulated: nothing runs in the place of ${spec.image}\n`, clock.now());
    if (!wishes.end) return;
    const { exitCode, afterMs, isOutOfMemory = false } = wishes.end;
    this.#timer = clock.after(afterMs, () => this.#exit({ exitCode, isOutOfMemory }));
  }

  usage(): Omit<ContainerUsage, "podUid"> {
    const { cpuMillis = 0, memoryBytes = 0 } = this.#wishes;
    const runningMs = this.#clock.now() - this.#startedAtMs;
    return { container: this.#name, runningMs, cpuMs: (runningMs * cpuMillis) / 1000, memoryBytes };
  }

  signal(name: "SIGTERM" | "SIGKILL"): void {
    const signal = SIGNALS[name];
    this.#timer?.cancel();
    this.#exit({ exitCode: 128 + signal, signal });
  }

  exec(): Promise<ExecSession> {
    const message = `Cannot exec into container "${this.#name}": pods are simulated here and have no processes`;
    return Promise.reject(new KubeError("BadRequest", message));
  }

  write(): void {}
}

function simulatedImage(image: string): ResolvedImage {
  return {
    description: "simulated, nothing is run",
    imageId: `simulated://${image}`,
    entrypoint: [],
    cmd: [],
    env: {},
    workingDir: "/",
  };
}

async function* oneLine(text: string, atMs: number): AsyncGenerator<OutputChunk> {
  yield { stream: "stdout", atMs, bytes: Buffer.from(text) };
}
