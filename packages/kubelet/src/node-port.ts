import {
  type AttachOptions,
  type AttachSession,
  type ByteStream,
  type ConnectOptions,
  type ContainerName,
  type ExecOptions,
  type ExecSession,
  KubeError,
  keyOf,
  type LogOptions,
  type NodePort,
  type ObjectName,
  PODS,
  type Pod,
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
    const { pod } = this.#worker(name);
    const log = container.log({ previous: options.previous ?? false });
    if (log) return log.read(options);
    throw new KubeError(
      "BadRequest",
      options.previous
        ? `previous terminated container "${name.container}" in pod "${name.name}" not found`
        : whyNoLog(container.record, pod),
    );
  }

  async exec(name: ContainerName, options: ExecOptions): Promise<ExecSession> {
    assertActive(this.#worker(name).pod, "exec into");
    return this.#container(name).exec(options);
  }

  async attach(name: ContainerName, options: AttachOptions = {}): Promise<AttachSession> {
    assertActive(this.#worker(name).pod, "attach to");
    return this.#container(name).attach(options);
  }

  async connect(pod: ObjectName, port: number, options?: ConnectOptions): Promise<ByteStream> {
    const { sandbox } = this.#worker(pod);
    if (!sandbox) throw new KubeError("Unavailable", `pod "${pod.name}" has no address: it is not running`);
    return sandbox.connect(port, options);
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

/** @throws KubeError `BadRequest` */
function assertActive(pod: Pod, deed: "exec into" | "attach to"): void {
  if (!hasEnded(pod)) return;
  const phase = pod.status?.phase;
  throw new KubeError(
    "BadRequest",
    `cannot ${deed} a container in a completed pod; current phase is ${phase}`,
  );
}

function whyNoLog({ name, state }: ContainerRecord, pod: Pod): string {
  // Logs live as long as the kubelet: it has none of what ended before it began.
  if (hasEnded(pod)) return `unable to retrieve container logs for ${containerId(name, pod)}`;
  const before = `container "${name}" in pod "${pod.metadata.name}" is waiting to start`;
  if (state.is !== "waiting") return `${before}: ContainerCreating`;
  if (state.reason === "ImagePullBackOff") return `${before}: trying and failing to pull image`;
  return `${before}: ${state.reason}`;
}

function containerId(name: string, { status }: Pod): string {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return statuses.find((each) => each.name === name)?.containerID ?? name;
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}
