import {
  type ByteStream,
  type ContainerName,
  type ExecOptions,
  type ExecSession,
  KubeError,
  keyOf,
  type LogOptions,
  type NodePort,
  type ObjectName,
  PODS,
} from "@heliostat/kube";
import type { ContainerRecord } from "./pod/container-record.ts";
import type { ContainerWorker } from "./pod/container-worker.ts";
import type { PodWorker } from "./pod/pod-worker.ts";

/** Where the pods of this node are found, by `namespace/name`. */
export interface PodWorkers {
  get(key: string): PodWorker | undefined;
}

/** What can be asked of the pods of this node, refused in Kubernetes' words. */
export class KubeletNodePort implements NodePort {
  readonly #workers: PodWorkers;

  constructor(workers: PodWorkers) {
    this.#workers = workers;
  }

  async logs(name: ContainerName, options: LogOptions = {}): Promise<AsyncIterable<Uint8Array>> {
    const container = this.#container(name);
    const log = container.log({ previous: options.previous ?? false });
    if (log) return log.read(options);
    throw new KubeError(
      "BadRequest",
      options.previous
        ? `previous terminated container "${name.container}" in pod "${name.name}" not found`
        : notStarted(container.record, name),
    );
  }

  async exec(name: ContainerName, options: ExecOptions): Promise<ExecSession> {
    const { phase } = this.#worker(name).pod.status ?? {};
    if (phase === "Succeeded" || phase === "Failed")
      throw new KubeError(
        "BadRequest",
        `cannot exec into a container in a completed pod; current phase is ${phase}`,
      );
    return this.#container(name).exec(options);
  }

  async connect(pod: ObjectName, port: number): Promise<ByteStream> {
    const { sandbox } = this.#worker(pod);
    if (!sandbox) throw new KubeError("Unavailable", `pod "${pod.name}" has no address: it is not running`);
    return sandbox.connect(port);
  }

  #container(name: ContainerName): ContainerWorker {
    const container = this.#worker(name).container(name.container);
    if (container) return container;
    throw new KubeError("BadRequest", `container ${name.container} is not valid for pod ${name.name}`);
  }

  #worker({ name, namespace }: ObjectName): PodWorker {
    const worker = this.#workers.get(keyOf(namespace === undefined ? { name } : { name, namespace }));
    if (worker) return worker;
    throw new KubeError("NotFound", `${PODS.plural} "${name}" not found`, {
      about: { kind: PODS.plural, name },
    });
  }
}

function notStarted({ state }: ContainerRecord, { container, name }: ContainerName): string {
  const before = `container "${container}" in pod "${name}" is waiting to start`;
  if (state.is !== "waiting") return `${before}: ContainerCreating`;
  if (state.reason === "ImagePullBackOff") return `${before}: trying and failing to pull image`;
  return `${before}: ${state.reason}`;
}
