import { mkdir, rm } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { type ByteStream, KubeError } from "@heliostat/kube";
import type { ContainerSpec, PodSandbox } from "../runtime/container-runtime.ts";
import { socketStream } from "../sandbox/outside/socket-stream.ts";
import { endProcesses } from "./end-processes.ts";
import { type FindLocalPort, withLocalAddresses } from "./local-addresses.ts";
import { LoopbackContainer, type ProcessPlan } from "./loopback-container.ts";
import { loopbackRayStart, type PortMap, type RayPorts, withShell } from "./loopback-ray-start.ts";
import { containerFolders } from "./pod-folder.ts";
import { tagVariable } from "./process-table.ts";
import type { Watchdog } from "./watchdog.ts";

/** The one address of all pods. */
export const LOOPBACK = "127.0.0.1";

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
  /** Where services are by now, once those that the texts name are there. */
  readonly services: (texts: readonly string[]) => Promise<FindLocalPort>;
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
  readonly #containers = new Set<number>();
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
    if (this.#isRemoved) throw new Error("Cannot start container: its pod is gone");
    const container = await LoopbackContainer.start(plan, this.#options.watchdog);
    if (spec.isMeantToEnd !== true) this.#begin();
    return container;
  }

  connect(port: number): Promise<ByteStream> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: LOOPBACK, port: this.localPort(port), allowHalfOpen: true });
      socket.once("connect", () => resolve(socketStream(socket)));
      socket.on("error", (cause) => {
        const why = `Cannot connect to port ${port} of the pod: ${cause.message}`;
        reject(new KubeError("Unavailable", why, { cause }));
      });
    });
  }

  async remove(): Promise<void> {
    this.#isRemoved = true;
    const { tag, folder, onRemoved } = this.#options;
    await endProcesses({ tag, sessions: this.#containers });
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    onRemoved();
  }

  async #plan(spec: ContainerSpec): Promise<ProcessPlan> {
    const { folder, tag, ports, services } = this.#options;
    const ray = { ports, tempDir: join(folder, "ray") };
    const lines = withShell(spec.command).map((word) => loopbackRayStart(word, ray));
    for (const { ports: published } of lines) this.#publish(published);
    const find = await services([...spec.command, ...Object.values(spec.env)]);
    const localized = (text: string): string => withLocalAddresses(text, this.#own(find));
    const { workingDir, home, temporary, notes } = await containerFolders(folder, spec);
    await mkdir(ray.tempDir, { recursive: true });
    const pidFile = join(folder, `${spec.name}.pid`);
    const containerTag = `${tag}${spec.name}/${spec.restartCount}/`;
    const values = Object.entries(spec.env).map(([name, value]) => [
      name,
      localized(loopbackRayStart(value, ray).line),
    ]);
    const env = {
      ...Object.fromEntries(values),
      ...this.#additions(spec.env, ray.tempDir),
      ...{ HOME: home, TMPDIR: temporary, HELIOSTAT_PID_FILE: pidFile, ...tagVariable(containerTag) },
    };
    const command = lines.map(({ line }) => localized(line));
    return {
      ...{ command, env, workingDir, keepsStdin: spec.keepsStdin, tag: containerTag, pidFile, folder },
      ...{ notes, localized },
    };
  }

  #publish(ports: PortMap): void {
    for (const [containerPort, port] of ports) this.#ports.set(containerPort, port);
  }

  /** What the pod calls its own is on its own ports. */
  #own(find: FindLocalPort): FindLocalPort {
    return (host, port) =>
      host === "localhost" || host === LOOPBACK ? this.localPort(port) : find(host, port);
  }

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
