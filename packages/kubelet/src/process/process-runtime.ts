import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
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
import { prepareHostPath } from "../sandbox/host-path.ts";
import { type CatalogueOptions, type ImageCatalogue, imageCatalogue } from "../sandbox/image-catalogue.ts";
import { LoopbackPod } from "./loopback-pod.ts";
import { RAY_PORT_NAMES, type RayPorts } from "./loopback-ray-start.ts";
import { PortBlocks } from "./port-blocks.ts";
import { processTable } from "./process-table.ts";
import { RAY_LAUNCHER } from "./ray-launcher.ts";
import { ServicePorts } from "./service-ports.ts";
import { Watchdog } from "./watchdog.ts";

export interface ProcessOptions {
  readonly images: CatalogueOptions;
  /** Where a folder for all that pods write is made. A very short path: Ray's sockets lie in it. @default "/tmp" */
  readonly folder?: string;
  readonly logger?: Logger;
}

/**
 * Runs pods as plain processes of this machine, for where namespaces are refused. They share its network, of which Ray
 * only takes the loopback, its files and its process table; nothing isolates them. `ray start` is rewritten so that
 * its nodes get along. Everything ends with the calling process, however that ends.
 */
export function processRuntime(options: ProcessOptions): ContainerRuntime {
  return new LoopbackRuntime(options);
}

/** How long a container waits for a service that its command names. */
const SERVICE_PATIENCE_MS = 60_000;

class LoopbackRuntime implements ContainerRuntime {
  readonly name = "process";
  readonly isReal = true;
  readonly #images: ImageCatalogue;
  readonly #folder: string;
  readonly #tag = `${randomUUID()}/`;
  readonly #watchdog: Watchdog;
  readonly #blocks = new PortBlocks(process.pid * 7);
  readonly #pods = new Map<string, LoopbackPod>();
  readonly #services = new ServicePorts((uid) => this.#pods.get(uid));
  readonly #closing = new AbortController();
  #podsMade = 0;

  constructor({ images, folder = "/tmp", logger = SILENT }: ProcessOptions) {
    this.#images = imageCatalogue(images);
    this.#folder = mkdtempSync(join(folder, "hsp-"));
    this.#watchdog = Watchdog.start({ tag: this.#tag, folder: this.#folder });
    this.#installRay();
    void this.#watchdog.ended.then(() => {
      if (!this.#closing.signal.aborted)
        logger.error("The watchdog of the pods' processes ended, and every pod with it");
    });
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

  async createSandbox({ uid }: SandboxSpec): Promise<PodSandbox> {
    const firstPort = await this.#blocks.take();
    this.#podsMade += 1;
    const folder = join(this.#folder, String(this.#podsMade));
    mkdirSync(folder);
    const pod: LoopbackPod = new LoopbackPod({
      folder,
      tag: `${this.#tag}${uid}/`,
      ports: rayPorts(firstPort),
      binFolder: this.#binFolder,
      watchdog: this.#watchdog,
      find: this.#services.find,
      settled: (texts) => this.#services.settled(texts, this.#patience()),
      onRemoved: () => {
        this.#blocks.release(firstPort);
        if (this.#pods.get(uid) === pod) this.#pods.delete(uid);
      },
    });
    this.#pods.set(uid, pod);
    return pod;
  }

  setHosts(entries: readonly HostEntry[]): void {
    this.#services.set(entries);
  }

  async measure(): Promise<readonly ContainerUsage[]> {
    // Only Linux says what a process uses without a program being run for it.
    if (process.platform !== "linux") return [];
    const table = processTable();
    return [...this.#pods].flatMap(([podUid, pod]) =>
      pod.usage(table).map((usage) => ({ podUid, ...usage })),
    );
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#watchdog.close();
  }

  get #binFolder(): string {
    return join(this.#folder, "bin");
  }

  #installRay(): void {
    mkdirSync(this.#binFolder);
    const ray = join(this.#binFolder, "ray");
    writeFileSync(ray, RAY_LAUNCHER);
    chmodSync(ray, 0o755);
  }

  #patience(): AbortSignal {
    return AbortSignal.any([this.#closing.signal, AbortSignal.timeout(SERVICE_PATIENCE_MS)]);
  }
}

function rayPorts(first: number): RayPorts {
  return Object.fromEntries(RAY_PORT_NAMES.map((name, index) => [name, first + index])) as RayPorts;
}
