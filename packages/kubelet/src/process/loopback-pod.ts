import { mkdir, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { type ByteStream, KubeError } from "@heliostat/kube";
import type {
  ContainerSpec,
  ContainerUsage,
  FilesVolume,
  PodConnectOptions,
  PodSandbox,
} from "../runtime/container-runtime.ts";
import { grpcHealth } from "../sandbox/outside/grpc-health.ts";
import { securedSocket } from "../sandbox/outside/secured-socket.ts";
import { socketStream } from "../sandbox/outside/socket-stream.ts";
import { endProcesses } from "./end-processes.ts";
import { type FindAddress, serviceNamesIn, withLocalAddresses } from "./local-addresses.ts";
import { LoopbackContainer, type ProcessPlan } from "./loopback-container.ts";
import { loopbackRayStart, type PortMap, type RayPorts, withShell } from "./loopback-ray-start.ts";
import { containerFolders, updateFiles } from "./pod-folder.ts";
import { type ProcessEntry, tagVariable } from "./process-table.ts";
import type { Watchdog } from "./watchdog.ts";

/** The one address of all pods. */
const LOOPBACK = "127.0.0.1";

/** What a pod is made with. */
export interface LoopbackPodOptions {
  /** Its own; a short path, since Ray's sockets lie in it. */
  readonly folder: string;
  /** What every process of the pod is started with; ends with a slash. */
  readonly tag: string;
  readonly ports: RayPorts;
  /** Where `ray` is that goes before the others. */
  readonly binFolder: string;
  readonly watchdog: Watchdog;
  /** Where services are. */
  readonly find: FindAddress;
  /** Wait for the services that the texts name, for as long as that makes sense. */
  readonly settled: (texts: readonly string[]) => Promise<void>;
  /** The pod is gone, and its ports are free. */
  readonly onRemoved: () => void;
}

/** A pod whose processes share the machine with all others: apart by their ports, their folder and their tag. */
export class LoopbackPod implements PodSandbox {
  readonly ip: string = LOOPBACK;
  /** Fulfilled when it is known on which ports the pod listens: its first container that stays has begun. */
  readonly hasBegun: Promise<void>;
  readonly #options: LoopbackPodOptions;
  readonly #ports = new Map<number, number>();
  readonly #containers = new Set<LoopbackContainer>();
  #begin: () => void = () => {};
  #isRemoved = false;

  constructor(options: LoopbackPodOptions) {
    this.#options = options;
    this.hasBegun = new Promise((resolve) => {
      this.#begin = resolve;
    });
  }

  /** Where a port of the pod is. Whatever is not Ray listens where it wants to. */
  localPort(port: number): number {
    return this.#ports.get(port) ?? port;
  }

  async startContainer(spec: ContainerSpec): Promise<LoopbackContainer> {
    const plan = await this.#plan(spec);
    const container = await LoopbackContainer.start(plan, this.#options.watchdog);
    this.#containers.add(container);
    void container.exited.then(() => this.#containers.delete(container));
    if (spec.isMeantToEnd !== true) this.#begin();
    if (!this.#isRemoved) return container;
    await kill(container);
    throw new Error("Cannot start container: its pod is gone");
  }

  async connect(port: number, { tls }: PodConnectOptions = {}): Promise<ByteStream> {
    const socket = await this.#dial(port);
    return socketStream(tls ? await securedSocket(socket, tls) : socket);
  }

  async grpcHealth(port: number, service: string, signal: AbortSignal): Promise<string> {
    const authority = `${LOOPBACK}:${this.localPort(port)}`;
    return await grpcHealth(await this.#dial(port), { authority, service, signal });
  }

  #dial(port: number): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: LOOPBACK, port: this.localPort(port), allowHalfOpen: true });
      socket.once("connect", () => resolve(socket));
      socket.on("error", (cause) => {
        const why = `Cannot connect to port ${port} of the pod: ${cause.message}`;
        reject(new KubeError("Unavailable", why, { cause }));
      });
    });
  }

  updateFiles(volume: FilesVolume): Promise<void> {
    return updateFiles(this.#options.folder, volume);
  }

  /** What each of its containers has used, found among the processes of the machine. */
  usage(table: readonly ProcessEntry[]): readonly Omit<ContainerUsage, "podUid">[] {
    return [...this.#containers].map((container) => container.usage(table));
  }

  async remove(): Promise<void> {
    this.#isRemoved = true;
    const { tag, folder, onRemoved } = this.#options;
    await Promise.all([...this.#containers].map(kill));
    await endProcesses({ tag, sessions: [] });
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    onRemoved();
  }

  async #plan(spec: ContainerSpec): Promise<ProcessPlan> {
    const { folder, tag, ports, settled } = this.#options;
    const ray = { ports, tempDir: join(folder, "ray") };
    const lines = withShell(spec.command).map((word) => loopbackRayStart(word, ray));
    for (const { ports: published } of lines) this.#publish(published);
    await settled(spec.command);
    const localized = (text: string): string => withLocalAddresses(text, this.#find);
    const { workingDir, home, temporary, notes } = await containerFolders(folder, spec);
    // Ray refuses to start a head where its own notes from before name the same address.
    if (lines.some((line) => line.ports.size > 0)) await rm(ray.tempDir, { recursive: true, force: true });
    await mkdir(ray.tempDir, { recursive: true });
    const pidFile = join(folder, `${spec.name}.pid`);
    const containerTag = `${tag}${spec.name}/${spec.restartCount}/`;
    const rewritten = Object.entries(spec.env).map(
      ([name, value]) => [name, localized(loopbackRayStart(value, ray).line)] as const,
    );
    const env = {
      ...Object.fromEntries(rewritten),
      ...this.#additions(spec.env, ray.tempDir),
      ...{ HOME: home, TMPDIR: temporary, HELIOSTAT_PID_FILE: pidFile, ...tagVariable(containerTag) },
    };
    const command = lines.map(({ line }) => localized(line));
    return {
      name: spec.name,
      ...{ command, env, workingDir, keepsStdin: spec.keepsStdin, tag: containerTag, pidFile, folder },
      ...{ notes: [...notes, ...command.flatMap(unknownNames)], localized },
    };
  }

  #publish(ports: PortMap): void {
    for (const [containerPort, port] of ports) this.#ports.set(containerPort, port);
  }

  /** What the pod calls its own is on its own ports. */
  readonly #find: FindAddress = (host, port) => {
    const isOwn = host === "localhost" || host === LOOPBACK;
    return isOwn ? `${host}:${this.localPort(port)}` : this.#options.find(host, port);
  };

  #additions(env: ContainerSpec["env"], tempDir: string): ContainerSpec["env"] {
    const { binFolder, ports } = this.#options;
    return {
      PATH: `${binFolder}:${env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"}`,
      RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER: "0",
      RAY_TMPDIR: tempDir,
      DASHBOARD_METRIC_PORT: String(ports["dashboard-metrics"]),
      AUTOSCALER_METRIC_PORT: String(ports["autoscaler-metrics"]),
    };
  }
}

async function kill(container: LoopbackContainer): Promise<void> {
  container.signal("SIGKILL");
  await container.exited;
}

/** What is still in the command as the cluster knows it. */
function unknownNames(word: string): readonly string[] {
  return serviceNamesIn([word]).map(
    (name) => `No pod is behind "${name}", and nothing here can resolve that name`,
  );
}
