import type { Socket } from "node:net";
import type { ContainerUsage, HostEntry } from "../../runtime/container-runtime.ts";
import { MOST_PODS, podIp } from "../pod-network.ts";
import { readLine, writeLine } from "../wire/line.ts";
import type { Answer, PodPort, Request } from "../wire/messages.ts";
import { splice } from "../wire/splice.ts";
import { type Container, startContainer } from "./container.ts";
import { converse } from "./conversation.ts";
import { connectToPod } from "./network.ts";
import { Pod } from "./pod.ts";
import { processNamespace, usageByNamespace } from "./process-usage.ts";
import type { Site } from "./site.ts";

/** Runs pods inside the node's namespaces, as heliostat asks: one question a connection. */
export class Supervisor {
  readonly #site: Site;
  readonly #pods = new Map<string, Pod>();
  readonly #containers = new Map<string, Container>();
  #hosts: readonly HostEntry[] = [];
  #lastSerial = -1;

  constructor(site: Site) {
    this.#site = site;
  }

  /** Answer what is asked on this connection. Never throws: what goes wrong is the answer. */
  async serve(socket: Socket): Promise<void> {
    socket.on("error", ignoreLostAsker);
    try {
      await this.#answer(JSON.parse(await readLine(socket)) as Request, socket);
    } catch (error) {
      finish(socket, { ok: false, why: error instanceof Error ? error.message : String(error) });
    }
  }

  async #answer(request: Request, socket: Socket): Promise<void> {
    switch (request.ask) {
      case "createPod":
        finish(socket, { ok: true, value: (await this.#createPod(request)).ip });
        return;
      case "removePod":
        await this.#removePod(request.uid);
        finish(socket, { ok: true });
        return;
      case "updateFiles":
        await this.#pods.get(request.uid)?.volumes.update(request.volume);
        finish(socket, { ok: true });
        return;
      case "setHosts":
        this.#setHosts(request.entries);
        finish(socket, { ok: true });
        return;
      case "measure":
        finish(socket, { ok: true, value: JSON.stringify(this.#measure()) });
        return;
      case "start":
        await this.#start(request, socket);
        return;
      case "exec":
        await this.#exec(request, socket);
        return;
      case "connect": {
        const pod = await this.#connect(request);
        answer(socket, { ok: true });
        splice(socket, pod);
      }
    }
  }

  async #connect({ ip, port, loopbackOf = "" }: PodPort): Promise<Socket> {
    try {
      return await connectToPod(ip, port);
    } catch (error) {
      const pod = this.#pods.get(loopbackOf);
      if (pod === undefined) throw error;
      return await pod.loopback.connect(port);
    }
  }

  async #createPod({ uid, hostname, hostAliases = [] }: Request & { ask: "createPod" }): Promise<Pod> {
    const serial = this.#freeSerial();
    const pod = await Pod.create(this.#site, { uid, hostname, hostAliases, serial, ip: podIp(serial) });
    pod.setHosts(this.#hosts);
    this.#pods.set(uid, pod);
    return pod;
  }

  /** Addresses come back late, so that what remembers one does not soon meet another pod there. */
  #freeSerial(): number {
    if (this.#pods.size >= MOST_PODS) throw new Error("Cannot create pod: every address is taken");
    const taken = new Set([...this.#pods.values()].map(({ ip }) => ip));
    do this.#lastSerial += 1;
    while (taken.has(podIp(this.#lastSerial)));
    return this.#lastSerial;
  }

  async #removePod(uid: string): Promise<void> {
    const pod = this.#pods.get(uid);
    this.#pods.delete(uid);
    await pod?.remove();
  }

  #setHosts(entries: readonly HostEntry[]): void {
    this.#hosts = entries;
    for (const pod of this.#pods.values()) pod.setHosts(entries);
  }

  #measure(): readonly ContainerUsage[] {
    const used = usageByNamespace();
    return [...this.#pods].flatMap(([podUid, { containers }]) =>
      [...containers.values()].flatMap(({ name, pid, startedAtMs }) => {
        const usage = used.get(processNamespace(pid));
        return usage ? [{ podUid, container: name, runningMs: Date.now() - startedAtMs, ...usage }] : [];
      }),
    );
  }

  async #start({ uid, container: order }: Request & { ask: "start" }, socket: Socket): Promise<void> {
    const pod = this.#pods.get(uid);
    if (pod === undefined) throw new Error(`Cannot start container "${order.name}": its pod is gone`);
    const container = await startContainer(this.#site, pod, order);
    const { id, command } = container;
    this.#keep(pod, container);
    if (this.#pods.get(uid) !== pod) container.signal("SIGKILL");
    answer(socket, { ok: true, value: id });
    await converse(socket, command, (name) => container.signal(name));
  }

  #keep(pod: Pod, container: Container): void {
    this.#containers.set(container.id, container);
    pod.containers.set(container.id, container);
    void container.command.ending.then(() => {
      this.#containers.delete(container.id);
      pod.containers.delete(container.id);
    });
  }

  async #exec(request: Request & { ask: "exec" }, socket: Socket): Promise<void> {
    const container = this.#containers.get(request.containerId);
    if (container === undefined) throw new Error("container is not running");
    const command = await container.exec(request.command, request);
    answer(socket, { ok: true });
    socket.on("close", () => command.kill());
    await converse(socket, command, () => command.kill());
  }
}

function answer(socket: Socket, value: Answer): void {
  writeLine(socket, value);
}

function finish(socket: Socket, value: Answer): void {
  answer(socket, value);
  socket.end();
}

/** Whoever has asked and gone does not need the answer. */
function ignoreLostAsker(): void {}
