import { mkdirSync, mkdtempSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { type Logger, SILENT } from "@heliostat/kube";
import type {
  ContainerRuntime,
  ContainerUsage,
  HostEntry,
  HostVolume,
  PodSandbox,
  ResolvedImage,
  SandboxSpec,
} from "../runtime/container-runtime.ts";
import { containerEnvironment } from "./container-environment.ts";
import { prepareHostPath } from "./host-path.ts";
import { type CatalogueOptions, type ImageCatalogue, imageCatalogue } from "./image-catalogue.ts";
import { outboundProxy } from "./outside/outbound-proxy.ts";
import { RemotePod } from "./outside/remote-pod.ts";
import { SupervisorProcess } from "./outside/supervisor-process.ts";
import type { UpstreamProxy } from "./outside/upstream-proxy.ts";
import { API_PORTS, NODE_IP, PROXY_PORT } from "./pod-network.ts";
import { type StateFolder, stateFolder } from "./state-folder.ts";
import { WGET_STAND_IN } from "./wget-stand-in.ts";
import type { Door, StandIn } from "./wire/messages.ts";
import { splice } from "./wire/splice.ts";

export interface SandboxOptions {
  /** Where each run makes a folder of its own, for what pods write to disk. A short path: sockets lie in it. */
  readonly folder: string;
  readonly images: CatalogueOptions;
  /** Where the Kubernetes API listens on the host; pods find it on {@link NODE_IP}. @default pods reach no API */
  readonly apiServer?: { readonly host: string; readonly port: number };
  /**
   * Whether pods reach the internet through a proxy of the node, and through which of the host's own it goes on.
   * @default directly
   */
  readonly internet?: UpstreamProxy | "off";
  /** Addresses of services, which pods must not ask the proxy for. @default "10.96.0.0/12" */
  readonly serviceCidr?: string;
  /** Folders of the host that no container may see, such as the one with the API's credentials. @default none */
  readonly hiddenFolders?: readonly string[];
  readonly logger?: Logger;
}

/** A {@link ContainerRuntime} whose pods have a network of their own. */
export interface SandboxRuntime extends ContainerRuntime {
  /** Where pods find the node, and on ports 443 and 6443 the Kubernetes API. */
  readonly nodeIp: string;
}

/**
 * Runs pods as real processes in rootless Linux namespaces: own address, own process table, a root in which only the
 * pod's own folders can be written. It isolates network, processes and writes; it is not a security boundary: pods
 * read what the user can read. Everything ends with the calling process, however that ends.
 *
 * @throws Error when the machine refuses; ask {@link canSandbox} first
 */
export async function sandboxRuntime(options: SandboxOptions): Promise<SandboxRuntime> {
  mkdirSync(options.folder, { recursive: true });
  const state = stateFolder(mkdtempSync(join(options.folder, "node-")));
  assertIsShort(state);
  const runtime = new NamespaceRuntime(options, await startSupervisor(options, state));
  await runtime.listen(state);
  return runtime;
}

/** The kernel's limit for the path of a socket. */
const LONGEST_SOCKET_PATH = 107;

function assertIsShort({ path, supervisorSocket }: StateFolder): void {
  if (Buffer.byteLength(supervisorSocket) <= LONGEST_SOCKET_PATH) return;
  throw new Error(`Cannot keep sockets in "${path}": the path is too long, choose a shorter folder`);
}

function startSupervisor(
  { images, hiddenFolders = [], apiServer, internet }: SandboxOptions,
  state: StateFolder,
): Promise<SupervisorProcess> {
  const { ray, python } = images;
  const standIns: StandIn[] = [{ name: "wget", script: WGET_STAND_IN }];
  if (python) standIns.push({ name: "python", linkTo: python });
  const doors: Door[] = apiServer ? API_PORTS.map((port) => ({ port, socket: state.apiSocket })) : [];
  if (internet !== "off") doors.push({ port: PROXY_PORT, socket: state.internetSocket });
  return SupervisorProcess.start(state, {
    stateFolder: state.path,
    hiddenFolders,
    visibleFolders: ray ? [ray.folder] : [],
    doors,
    standIns,
  });
}

class NamespaceRuntime implements SandboxRuntime {
  readonly name = "sandbox";
  readonly isReal = true;
  readonly nodeIp: string = NODE_IP;
  readonly #options: SandboxOptions;
  readonly #supervisor: SupervisorProcess;
  readonly #images: ImageCatalogue;
  readonly #logger: Logger;
  readonly #doors: Server[] = [];
  #hostsTold: Promise<unknown> = Promise.resolve();
  readonly #closing = new AbortController();

  constructor(options: SandboxOptions, supervisor: SupervisorProcess) {
    this.#options = options;
    this.#supervisor = supervisor;
    this.#images = imageCatalogue(options.images);
    this.#logger = options.logger ?? SILENT;
    void supervisor.ended.then((complaint) => this.#noteEnd(complaint));
  }

  /** Take the connections that pods make to the node. */
  async listen({ apiSocket, internetSocket }: StateFolder): Promise<void> {
    const { apiServer, internet } = this.#options;
    if (apiServer) {
      const door = createServer({ allowHalfOpen: true }, (pod) => {
        splice(pod, connect({ ...apiServer, allowHalfOpen: true }));
      });
      await this.#open(door, apiSocket);
    }
    if (internet === "off") return;
    const dialPod = async (ip: string, port: number) =>
      (await this.#supervisor.ask({ ask: "connect", ip, port })).socket;
    await this.#open(
      outboundProxy({ dialPod, signal: this.#closing.signal, ...(internet ? { upstream: internet } : {}) }),
      internetSocket,
    );
  }

  resolveImage(image: string): ResolvedImage | undefined {
    return this.#images.resolve(image);
  }

  explainUnknownImage(image: string): string {
    return this.#images.explain(image);
  }

  prepareHostPath(volume: HostVolume): Promise<void> {
    return prepareHostPath(volume);
  }

  async createSandbox({ uid, hostname }: SandboxSpec): Promise<PodSandbox> {
    await this.#hostsTold;
    const { internet, serviceCidr = "10.96.0.0/12" } = this.#options;
    const supervisor = this.#supervisor;
    const ip = await supervisor.tell({ ask: "createPod", uid, hostname });
    const additions = { hasProxy: internet !== "off", serviceCidr };
    return new RemotePod({
      ...{ supervisor, uid, ip },
      environment: (env) => containerEnvironment(env, additions),
      hostsTold: () => this.#hostsTold,
    });
  }

  setHosts(entries: readonly HostEntry[]): void {
    this.#hostsTold = this.#hostsTold.then(() => this.#tellHosts(entries));
  }

  async measure(): Promise<readonly ContainerUsage[]> {
    return JSON.parse(await this.#supervisor.tell({ ask: "measure" }));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const door of this.#doors) door.close();
    await this.#supervisor.stop();
  }

  #open(door: Server, path: string): Promise<void> {
    this.#doors.push(door);
    return new Promise((resolve, reject) => {
      door.on("error", reject).listen(path, resolve);
    });
  }

  async #tellHosts(entries: readonly HostEntry[]): Promise<void> {
    try {
      await this.#supervisor.tell({ ask: "setHosts", entries });
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#logger.error("Cannot tell pods the hosts", { error });
    }
  }

  #noteEnd(complaint: string): void {
    if (!this.#closing.signal.aborted)
      this.#logger.error("The sandbox ended, and every pod with it", { complaint });
  }
}
