import type { ByteStream, ConnectOptions, ExecOptions, ExecSession, ObjectName } from "@heliostat/kube";

/**
 * How pods become something that runs: the port between the kubelet, which knows Kubernetes, and its drivers, which
 * know namespaces and processes (or pretend). Shaped after the Container Runtime Interface.
 */
export interface ContainerRuntime {
  readonly name: RuntimeName;
  /** Whether there are real processes behind it that probes, exec and connections can reach. */
  readonly isReal: boolean;

  /**
   * Whether containers of this image can run here, and what stands in for it.
   *
   * @returns `undefined` when the image is unknown: the kubelet then waits with the reason
   */
  resolveImage(image: string): ResolvedImage | undefined;

  /** Why an unknown image cannot run and what the user can do about it: one sentence. */
  explainUnknownImage(image: string): string;

  /**
   * Make sure that a path of this machine is what a pod takes it for. Not asked of what has no real processes.
   *
   * @throws Error in Kubernetes' words
   */
  prepareHostPath?(volume: HostVolume): Promise<void>;

  /** Give a pod its network address and whatever its containers share. */
  createSandbox(spec: SandboxSpec): Promise<PodSandbox>;

  /** What every pod finds in its /etc/hosts from now on, besides itself: pods that run already see it too. */
  setHosts(entries: readonly HostEntry[]): void;

  /** What every container that runs has used, now. One that cannot be measured is left out. */
  measure(): Promise<readonly ContainerUsage[]>;

  /** End every sandbox and leave nothing behind. */
  close(): Promise<void>;
}

/** What one run of a container has used. */
export interface ContainerUsage {
  readonly podUid: string;
  readonly container: string;
  /** How long it has been running. */
  readonly runningMs: number;
  /** CPU time of all its processes since then: one core for a second is 1000. */
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

export type RuntimeName = "sandbox" | "process" | "simulated";

export interface ResolvedImage {
  /** What a person should know: `Ray 2.58.0 of /opt/venv stands in for rayproject/ray:2.52.0`. */
  readonly description: string;
  /** Goes into `containerStatuses[].imageID`. */
  readonly imageId: string;
  /** The image's own entry point, for containers that give no command. */
  readonly entrypoint: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
}

export interface SandboxSpec extends ObjectName {
  readonly namespace: string;
  readonly uid: string;
  readonly hostname: string;
  /** For drivers that take wishes from the pod, as the simulated one does. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** One pod's share of the machine. */
export interface PodSandbox {
  readonly ip: string;
  /** Start a container and answer once its first process exists. @throws Error that says why it cannot be started */
  startContainer(spec: ContainerSpec): Promise<RunningContainer>;
  /** Connect to a port of the pod. @throws KubeError `Unavailable` */
  connect(port: number, options?: ConnectOptions): Promise<ByteStream>;
  /** Show these files from now on, to containers that run as well. Not asked of what has no real processes. */
  updateFiles(volume: FilesVolume): Promise<void>;
  /** Kill what still runs and remove everything of this pod. */
  remove(): Promise<void>;
}

export interface ContainerSpec {
  readonly name: string;
  /** How often this container has been started before in this pod. */
  readonly restartCount: number;
  readonly image: string;
  /** Complete: entry point or command, then arguments; `$(VAR)` already expanded. */
  readonly command: readonly string[];
  /** Complete: image, downward API, services and the container's own, in that order of precedence. */
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
  readonly mounts: readonly Mount[];
  readonly isTty: boolean;
  readonly keepsStdin: boolean;
  /** Whether it is there to end, as init containers and the pods of jobs are: for drivers that only pretend. */
  readonly isMeantToEnd?: boolean;
}

export interface Mount {
  readonly mountPath: string;
  readonly isReadOnly: boolean;
  /** Below the volume's root. @default the root itself */
  readonly subPath?: string;
  readonly volume: PodVolume;
}

/** What is mounted. Volumes of one name are shared by the containers of a pod. */
export type PodVolume =
  /** A folder that lives as long as the pod; in memory with `medium: "Memory"`. */
  | {
      readonly type: "empty";
      readonly name: string;
      readonly medium: "" | "Memory";
      readonly sizeLimitBytes?: number;
    }
  | FilesVolume
  | HostVolume;

/** A path of this machine. */
export interface HostVolume {
  readonly type: "host";
  readonly name: string;
  readonly path: string;
  /** What the pod takes it for: `Directory`, `FileOrCreate`, …, as Kubernetes names them. @default anything */
  readonly pathType?: string;
}

/** Files whose contents the kubelet knows: config maps, secrets, downward API, service account tokens. */
export interface FilesVolume {
  readonly type: "files";
  readonly name: string;
  readonly files: readonly VolumeFile[];
}

export interface VolumeFile {
  /** Relative to the mount: `auth_token`, `nested/name`. */
  readonly path: string;
  readonly content: Uint8Array;
  /** Unix permission bits. */
  readonly mode: number;
}

export interface RunningContainer {
  /** Resolves once, when the container's first process has ended and its output has been written. */
  readonly exited: Promise<ContainerExit>;
  /** What the container writes, both streams interleaved as they come, each chunk stamped. */
  readonly output: AsyncIterable<OutputChunk>;
  signal(name: "SIGTERM" | "SIGKILL"): void;
  /** @throws KubeError `BadRequest` once it has ended */
  exec(options: ExecOptions): Promise<ExecSession>;
  /** Its input, when `keepsStdin`. */
  write(chunk: Uint8Array): void;
  /** Resolves when there is room for more input. @default always at once */
  drained?(): Promise<void>;
  /** Its input ends. @default it never does */
  endInput?(): void;
  /** The size of its terminal, when `isTty`. @default it has none */
  resize?(columns: number, rows: number): void;
}

export interface ContainerExit {
  /** 128 + n when signal n ended it. */
  readonly exitCode: number;
  readonly signal?: number;
  /** Whether the kernel ended it for want of memory. @default false */
  readonly isOutOfMemory?: boolean;
}

export interface OutputChunk {
  readonly stream: "stdout" | "stderr";
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

/** One line of every pod's /etc/hosts. */
export interface HostEntry {
  readonly ip: string;
  readonly names: readonly string[];
  /** Of the pod behind these names, where there is one: for drivers whose pods share an address. */
  readonly podUid?: string;
}
