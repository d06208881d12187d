import type { Socket } from "node:net";
import { type ByteStream, KubeError } from "@heliostat/kube";
import type {
  ContainerSpec,
  FilesVolume,
  Mount,
  PodConnectOptions,
  PodSandbox,
  RunningContainer,
} from "../../runtime/container-runtime.ts";
import type { ContainerOrder, OrderedFilesVolume, OrderedVolume } from "../wire/messages.ts";
import { grpcHealth } from "./grpc-health.ts";
import { RemoteContainer } from "./remote-container.ts";
import { securedSocket } from "./secured-socket.ts";
import { socketStream } from "./socket-stream.ts";
import type { SupervisorProcess } from "./supervisor-process.ts";

/** What a pod is made with. */
export interface RemotePodOptions {
  readonly supervisor: SupervisorProcess;
  readonly uid: string;
  readonly ip: string;
  /** What every container finds in its environment, completed from its own. */
  readonly environment: (env: ContainerSpec["env"]) => ContainerSpec["env"];
  /** Wait for what a container has to find when it starts. */
  readonly hostsTold: () => Promise<unknown>;
}

/** A pod that lives in the namespaces. */
export class RemotePod implements PodSandbox {
  readonly ip: string;
  readonly #options: RemotePodOptions;

  constructor(options: RemotePodOptions) {
    this.ip = options.ip;
    this.#options = options;
  }

  async startContainer(spec: ContainerSpec): Promise<RunningContainer> {
    const { supervisor, uid, environment, hostsTold } = this.#options;
    await hostsTold();
    return await RemoteContainer.start(supervisor, uid, orderOf({ ...spec, env: environment(spec.env) }));
  }

  async connect(
    port: number,
    { includesLoopback = false, tls }: PodConnectOptions = {},
  ): Promise<ByteStream> {
    const socket = await this.#dial(port, includesLoopback);
    return socketStream(tls ? await securedSocket(socket, tls) : socket);
  }

  async grpcHealth(port: number, service: string, signal: AbortSignal): Promise<string> {
    const socket = await this.#dial(port, false);
    return await grpcHealth(socket, { authority: `${this.ip}:${port}`, service, signal });
  }

  async #dial(port: number, includesLoopback: boolean): Promise<Socket> {
    const { supervisor, ip, uid } = this.#options;
    const where = { ip, port, ...(includesLoopback && { loopbackOf: uid }) };
    try {
      return (await supervisor.ask({ ask: "connect", ...where })).socket;
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new KubeError("Unavailable", `Cannot connect to port ${port} of the pod: ${why}`, { cause });
    }
  }

  async updateFiles(volume: FilesVolume): Promise<void> {
    const { supervisor, uid } = this.#options;
    await supervisor.tell({ ask: "updateFiles", uid, volume: orderedFiles(volume) });
  }

  async remove(): Promise<void> {
    await this.#options.supervisor.tell({ ask: "removePod", uid: this.#options.uid });
  }
}

function orderOf({ mounts, ...spec }: ContainerSpec): ContainerOrder {
  return {
    ...spec,
    mounts: mounts.map(({ volume, ...mount }) => ({ ...mount, volume: orderedVolume(volume) })),
  };
}

function orderedVolume(volume: Mount["volume"]): OrderedVolume {
  return volume.type === "files" ? orderedFiles(volume) : volume;
}

function orderedFiles(volume: FilesVolume): OrderedFilesVolume {
  const files = volume.files.map(({ content, ...file }) => ({
    ...file,
    base64: Buffer.from(content).toString("base64"),
  }));
  return { ...volume, files };
}
