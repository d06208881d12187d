import type { KubeObject, Service } from "@heliostat/kube";
import { KubeError } from "@heliostat/kube";
import type { ObjectStore } from "../store/object-store.ts";

/** 10.96.0.0/12, as kubeadm has it. The first address is kept for the API itself (`kubernetes.default`). */
const FIRST_ADDRESS = ipNumber("10.96.0.2");
const ADDRESS_COUNT = 2 ** 20 - 3;
const SERVICES = "/services";
const FIRST_NODE_PORT = 30_000;
const NODE_PORT_COUNT = 2768;

/** Which addresses and node ports services have. What the store holds is the truth; this is its index. */
export class ServiceAddresses {
  readonly #store: ObjectStore;
  readonly #addresses = new Map<string, string>();
  readonly #nodePorts = new Map<number, string>();
  #nextAddress = 0;
  #nextNodePort = 0;

  constructor(store: ObjectStore) {
    this.#store = store;
    const services = store.collection(SERVICES);
    for (const { key, object } of services.range("")) this.#hold(key, object);
    services.subscribe(({ type, key, stored, previous }) => {
      if (previous) this.#release(key, previous.object);
      if (type !== "DELETED") this.#hold(key, stored.object);
    });
  }

  isFree(address: string): boolean {
    const offset = ipNumber(address) - FIRST_ADDRESS;
    return offset >= 0 && offset < ADDRESS_COUNT && !this.#isHeld(address);
  }

  allocateAddress(): string {
    for (let tries = 0; tries < ADDRESS_COUNT; tries += 1) {
      const address = ipText(FIRST_ADDRESS + this.#nextAddress);
      this.#nextAddress = (this.#nextAddress + 1) % ADDRESS_COUNT;
      if (!this.#isHeld(address)) return address;
    }
    throw new KubeError("Internal", "failed to allocate a serviceIP: range is full");
  }

  allocateNodePort(): number {
    for (let tries = 0; tries < NODE_PORT_COUNT; tries += 1) {
      const port = FIRST_NODE_PORT + this.#nextNodePort;
      this.#nextNodePort = (this.#nextNodePort + 1) % NODE_PORT_COUNT;
      if (!this.#nodePorts.has(port) && !this.#isPending((service) => nodePortsOf(service).includes(port)))
        return port;
    }
    throw new KubeError("Internal", "failed to allocate a nodePort: range is full");
  }

  /** Why no new service may have this node port, in Kubernetes' words. */
  nodePortProblem(port: number): string | undefined {
    const last = FIRST_NODE_PORT + NODE_PORT_COUNT - 1;
    if (port < FIRST_NODE_PORT || port > last)
      return `provided port is not in the valid range. The range of valid ports is ${FIRST_NODE_PORT}-${last}`;
    const isTaken =
      this.#nodePorts.has(port) || this.#isPending((service) => nodePortsOf(service).includes(port));
    return isTaken ? "provided port is already allocated" : undefined;
  }

  #isHeld(address: string): boolean {
    return (
      this.#addresses.has(address) || this.#isPending((service) => addressesOf(service).includes(address))
    );
  }

  /** Whether a service that is still on its way to the store has it. */
  #isPending(has: (service: KubeObject) => boolean): boolean {
    return this.#store.pendingIn(SERVICES).some(({ stored }) => has(stored.object));
  }

  #hold(key: string, object: KubeObject): void {
    for (const address of addressesOf(object)) this.#addresses.set(address, key);
    for (const port of nodePortsOf(object)) this.#nodePorts.set(port, key);
  }

  #release(key: string, object: KubeObject): void {
    for (const address of addressesOf(object))
      if (this.#addresses.get(address) === key) this.#addresses.delete(address);
    for (const port of nodePortsOf(object))
      if (this.#nodePorts.get(port) === key) this.#nodePorts.delete(port);
  }
}

function addressesOf(object: KubeObject): readonly string[] {
  const { spec } = object as Service;
  return (spec?.clusterIPs ?? []).filter((address) => address !== "None");
}

function nodePortsOf(object: KubeObject): readonly number[] {
  const { spec } = object as Service;
  return (spec?.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : []));
}

/** Not an IPv4 address: not a number. */
function ipNumber(text: string): number {
  const parts = text.split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255))
    return Number.NaN;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

function ipText(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
}
