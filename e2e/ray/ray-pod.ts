import { text } from "node:stream/consumers";
import type {
  ContainerExit,
  ContainerRuntime,
  Mount,
  PodSandbox,
  RunningContainer,
} from "../../packages/kubelet/src/runtime/container-runtime.ts";

const IMAGE = "rayproject/ray:2.58.0";

export const CLUSTER = { name: "demo", headService: "demo-head-svc.default.svc.cluster.local" } as const;

/** As KubeRay writes it, blanks included, for a head with limits of 1 CPU and 2Gi. */
export function headCommand(): string {
  return `ulimit -n \${RAY_START_ULIMIT_OPEN_FILES:-65536}; ray start --head  --block  --dashboard-agent-listen-port=52365  --dashboard-host=0.0.0.0  --memory=2147483648  --metrics-export-port=8080  --num-cpus=1 `;
}

/** As KubeRay writes it for a worker with limits of 1 CPU and 1Gi. */
export function workerCommand(): string {
  return `ulimit -n \${RAY_START_ULIMIT_OPEN_FILES:-65536}; ray start  --address=${CLUSTER.headService}:6379  --block  --dashboard-agent-listen-port=52365  --memory=1073741824  --metrics-export-port=8080  --num-cpus=1 `;
}

const WAIT_GCS_READY = `
SECONDS=0
while true; do
  if ray health-check --address ${CLUSTER.headService}:6379 >/dev/null 2>&1; then
    echo "GCS is ready."
    break
  fi
  echo "$SECONDS seconds elapsed: Waiting for GCS to be ready."
  sleep 5
done
`;

/** A pod with one container, run the way KubeRay lays it out. */
export class RayPod {
  readonly sandbox: PodSandbox;
  readonly #runtime: ContainerRuntime;
  #container: RunningContainer | undefined;
  #log = "";

  private constructor(runtime: ContainerRuntime, sandbox: PodSandbox) {
    this.#runtime = runtime;
    this.sandbox = sandbox;
  }

  static async create(runtime: ContainerRuntime, name: string): Promise<RayPod> {
    const identity = { name, namespace: "default", uid: `uid-${name}`, hostname: name };
    return new RayPod(runtime, await runtime.createSandbox(identity));
  }

  get ip(): string {
    return this.sandbox.ip;
  }

  async startWhenGcsIsReady(command: string): Promise<void> {
    const init = await this.#startContainer("wait-gcs-ready", WAIT_GCS_READY);
    for await (const chunk of init.output) this.#log += Buffer.from(chunk.bytes).toString();
    const { exitCode } = await init.exited;
    if (exitCode !== 0) throw new Error(`wait-gcs-ready ended with ${exitCode}: ${this.#log}`);
    await this.start("ray-worker", command);
  }

  async start(name: string, command: string): Promise<void> {
    this.#container = await this.#startContainer(name, command);
    void this.#follow(this.#container);
  }

  async run(script: string): Promise<{ readonly code: number; readonly out: string }> {
    const session = await this.#running().exec({ command: ["bash", "-c", script] });
    const [out, complaint, code] = await Promise.all([
      text(session.stdout as AsyncIterable<Buffer>),
      text(session.stderr as AsyncIterable<Buffer>),
      session.exitCode,
    ]);
    if (code !== 0) console.log(`"${script}" ended with ${code}: ${complaint}`);
    return { code, out };
  }

  exit(): Promise<ContainerExit> {
    return this.#running().exited;
  }

  kill(): void {
    this.#running().signal("SIGKILL");
  }

  async end(): Promise<void> {
    this.#running().signal("SIGTERM");
    await this.#running().exited;
  }

  #startContainer(name: string, command: string): Promise<RunningContainer> {
    const image = this.#runtime.resolveImage(IMAGE);
    if (!image) throw new Error(this.#runtime.explainUnknownImage(IMAGE));
    const volume = { type: "empty", name: "shared-mem", medium: "Memory", sizeLimitBytes: 2 ** 30 } as const;
    const mounts: readonly Mount[] = [{ mountPath: "/dev/shm", isReadOnly: false, volume }];
    return this.sandbox.startContainer({
      ...{ name, restartCount: 0, image: IMAGE, isTty: false, keepsStdin: false, mounts },
      command: ["/bin/bash", "-c", "--", command],
      env: {
        ...image.env,
        RAY_CLUSTER_NAME: CLUSTER.name,
        RAY_USAGE_STATS_KUBERAY_IN_USE: "1",
        RAY_PORT: "6379",
      },
      workingDir: image.workingDir,
    });
  }

  async #follow(container: RunningContainer): Promise<void> {
    for await (const chunk of container.output) this.#log += Buffer.from(chunk.bytes).toString();
    const { exitCode } = await container.exited;
    console.log(`container ended with ${exitCode}: ${this.#log.slice(-600)}`);
  }

  #running(): RunningContainer {
    if (!this.#container) throw new Error("The pod has no running container");
    return this.#container;
  }
}
