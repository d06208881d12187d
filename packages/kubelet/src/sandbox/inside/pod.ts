import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { HostEntry } from "../../runtime/container-runtime.ts";
import { hostsFile } from "../hosts-file.ts";
import { NODE_IP, POD_PREFIX_LENGTH } from "../pod-network.ts";
import type { Container, ContainerHome } from "./container.ts";
import { LoopbackDialer } from "./loopback-dialer.ts";
import { BRIDGE } from "./network.ts";
import { PodVolumes } from "./pod-volumes.ts";
import type { Site } from "./site.ts";

export interface PodIdentity {
  readonly uid: string;
  readonly hostname: string;
  readonly hostAliases: readonly HostEntry[];
  readonly ip: string;
  /** Distinguishes its network device from those of the others. */
  readonly serial: number;
}

/** What the containers of one pod share: network, host name, volumes. It lives as long as a process that only sleeps. */
export class Pod implements ContainerHome {
  readonly ip: string;
  readonly volumes: PodVolumes;
  readonly loopback: LoopbackDialer;
  readonly containers: Map<string, Container> = new Map();
  readonly #identity: PodIdentity;
  readonly #folder: string;
  readonly #pause: ChildProcess;

  private constructor(site: Site, identity: PodIdentity, pause: ChildProcess) {
    this.ip = identity.ip;
    this.volumes = new PodVolumes(site, identity.uid);
    this.#identity = identity;
    this.#folder = join(site.podsFolder, identity.uid);
    this.#pause = pause;
    this.loopback = new LoopbackDialer(this.pausePid);
  }

  /** @throws Error when the kernel refuses the network */
  static async create(site: Site, identity: PodIdentity): Promise<Pod> {
    const pod = new Pod(site, identity, await pauseProcess(identity));
    await mkdir(pod.#folder, { recursive: true });
    writeFileSync(join(pod.#folder, "hostname"), `${identity.hostname}\n`);
    writeFileSync(join(pod.#folder, "resolv.conf"), "");
    pod.setHosts([]);
    return pod;
  }

  get pausePid(): number {
    return this.#pause.pid ?? 0;
  }

  get files(): ContainerHome["files"] {
    return ["hosts", "hostname", "resolv.conf"].map((name) => ({
      path: `/etc/${name}`,
      source: join(this.#folder, name),
    }));
  }

  /** Written in place and at once, so that containers that run see it and never half of it. */
  setHosts(entries: readonly HostEntry[]): void {
    const { ip, hostname, hostAliases } = this.#identity;
    const hosts = hostsFile({ ip, names: [hostname] }, [...hostAliases, ...entries]);
    writeFileSync(join(this.#folder, "hosts"), hosts);
  }

  /** Kill what still runs and remove what is left of it. */
  async remove(): Promise<void> {
    this.loopback.close();
    const running = [...this.containers.values()];
    for (const container of running) container.signal("SIGKILL");
    await Promise.all(running.map(({ command }) => command.ending));
    const gone = new Promise((resolve) => this.#pause.on("exit", resolve));
    this.#pause.kill("SIGKILL");
    await gone;
    await this.volumes.remove();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function pauseProcess({ hostname, ip, serial }: PodIdentity): Promise<ChildProcess> {
  const args = ["--net", "--uts", "--ipc", "bash", "-c", PAUSE, "pause", hostname, ip, `v${serial}`];
  const child = spawn("unshare", args, { stdio: ["ignore", "ignore", "ignore", "pipe"], detached: true });
  const report = await text(child.stdio[3] as Readable);
  if (report.trim() !== "ready") throw new Error(`Cannot make the pod's network: ${report.trim()}`);
  return child;
}

/** The pod's end of the cable is named eth0; the other is plugged into the bridge in the supervisor's namespace. */
const PAUSE = `
set -e
exec 2>&3
hostname "$1"
ip -batch - <<COMMANDS
link set lo up
link add eth0 type veth peer name $3 netns 1
addr add $2/${POD_PREFIX_LENGTH} dev eth0
link set eth0 up
route add default via ${NODE_IP}
COMMANDS
nsenter --target 1 --net ip link set "$3" master ${BRIDGE} up
echo ready >&3
exec sleep infinity 2>/dev/null 3>&-
`;
