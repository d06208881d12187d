import {
  type Clock,
  isKubeError,
  type Json,
  type KubeClient,
  LEASES,
  type Lease,
  type Logger,
  microTimestamp,
  NODES,
  type Node,
  sleep,
} from "@heliostat/kube";
import { type NodeOptions, nodeConditions, nodeObject, nodeStatus, stoppedCondition } from "./node.ts";

/** Whom the registration works with. */
export interface RegistrationPorts {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

const LEASE_NAMESPACE = "kube-node-lease";
const LEASE_SECONDS = 40;
/** The lease is renewed four times as often as it has to be (Kubernetes rule). */
const HEARTBEAT_MS = 10_000;
const RETRY_MS = 1000;

/** Keeps the node in the API: registers it, renews its lease, and says so when the kubelet stops. */
export class NodeRegistration {
  /** Fulfilled once the API knows the node. */
  readonly registered: Promise<void>;
  readonly #ports: RegistrationPorts;
  readonly #options: NodeOptions;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;

  constructor(ports: RegistrationPorts, options: NodeOptions) {
    this.#ports = ports;
    this.#options = options;
    this.registered = this.#untilDone("Cannot register the node", () => this.#register());
    this.#ended = this.registered.then(() => this.#beat());
  }

  /** Say that the node takes no more pods. One attempt: whoever stops does not wait for an API that is gone. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
    const { clock, logger } = this.#ports;
    try {
      await this.#patchNode({ status: { conditions: asJson([stoppedCondition(clock.now())]) } }, "status");
    } catch (error) {
      logger.debug("Cannot say that the node stops", { error });
    }
  }

  async #beat(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#untilDone("Cannot renew the lease of the node", () => this.#renewLease());
      await this.#untilDone("Cannot say that the node is well", () => this.#contradict());
      await sleep(this.#ports.clock, HEARTBEAT_MS, this.#stop.signal);
    }
  }

  async #untilDone(trouble: string, attempt: () => Promise<void>): Promise<void> {
    const { clock, logger } = this.#ports;
    while (!this.#stop.signal.aborted) {
      try {
        await attempt();
        return;
      } catch (error) {
        logger.error(trouble, { node: this.#options.name, error });
        await sleep(clock, RETRY_MS, this.#stop.signal);
      }
    }
  }

  /** A node of this name may be known from before: then it is brought up to date. */
  async #register(): Promise<void> {
    const { client, clock } = this.#ports;
    const node = nodeObject(this.#options, clock.now());
    try {
      await client.create(NODES, node);
    } catch (error) {
      if (!isKubeError(error, "AlreadyExists")) throw error;
      const { labels = {}, annotations = {} } = node.metadata;
      await this.#patchNode({ metadata: { labels, annotations }, spec: { ...podCidrs(node) } });
    }
    await this.#patchNode({ status: asJson(nodeStatus(this.#options, clock.now())) }, "status");
  }

  /** Whoever gave the node up while it was silent is told better. */
  async #contradict(): Promise<void> {
    const { clock } = this.#ports;
    const { conditions = [] } = (await this.#find())?.status ?? {};
    const own = nodeConditions(clock.now());
    const isOwn = (type: string): boolean => own.some((each) => each.type === type);
    if (!conditions.some(({ type, status }) => isOwn(type) && status === "Unknown")) return;
    await this.#patchNode({ status: { conditions: asJson(own) } }, "status");
  }

  /** `undefined` when somebody has taken the node away. */
  async #find(): Promise<Node | undefined> {
    try {
      return await this.#ports.client.get(NODES, { name: this.#options.name });
    } catch (error) {
      if (isKubeError(error, "NotFound")) return undefined;
      throw error;
    }
  }

  async #renewLease(): Promise<void> {
    const { client, clock } = this.#ports;
    const { name } = this.#options;
    const renewTime = microTimestamp(clock.now());
    try {
      const patch = { type: "merge", body: { spec: { renewTime } } } as const;
      await client.patch(LEASES, { name, namespace: LEASE_NAMESPACE }, { patch });
    } catch (error) {
      if (!isKubeError(error, "NotFound")) throw error;
      await client.create(LEASES, lease(name, renewTime));
    }
  }

  /** Conditions of others stay as they are (a strategic merge patch knows them by their types). */
  async #patchNode(body: Json, subresource?: "status"): Promise<void> {
    const { client } = this.#ports;
    await client.patch(
      NODES,
      { name: this.#options.name },
      {
        patch: { type: "strategic", body },
        ...(subresource && { subresource }),
      },
    );
  }
}

function lease(name: string, renewTime: string): Lease {
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name, namespace: LEASE_NAMESPACE },
    spec: { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime },
  };
}

function podCidrs({ spec }: Node): { readonly [key: string]: Json } {
  const { podCIDR = "", podCIDRs = [] } = spec ?? {};
  return { podCIDR, podCIDRs };
}

function asJson(value: unknown): Json {
  return value as Json;
}
