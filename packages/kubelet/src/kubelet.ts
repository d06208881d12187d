import { type EventRecorder, KubeEventRecorder } from "@heliostat/controller";
import {
  type Clock,
  ENDPOINTS,
  type KubeClient,
  keyOf,
  type Logger,
  type MetricsSource,
  type NodePort,
  nameOf,
  PODS,
  type Pod,
  type Random,
  SERVICES,
  type Service,
  SILENT,
} from "@heliostat/kube";
import {
  BY_NAMESPACE,
  type Change,
  type InformerOptions,
  type RunningInformer,
  startInformer,
} from "@heliostat/watch-cache";
import { HostsKeeper } from "./hosts-keeper.ts";
import type { MachineFacts, NodeOptions } from "./node/node.ts";
import { NodeRegistration } from "./node/node-registration.ts";
import { UsageMeter } from "./node/usage-meter.ts";
import { KubeletNodePort } from "./node-port.ts";
import type { PodHost, TokenIssuer } from "./pod/pod-host.ts";
import { PodWorker } from "./pod/pod-worker.ts";
import type { ApiServerAddress } from "./pod/service-env.ts";
import type { ContainerRuntime } from "./runtime/container-runtime.ts";

export interface KubeletOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  /** How pods become something that runs. The kubelet closes it when it stops. */
  readonly runtime: ContainerRuntime;
  readonly machine: MachineFacts;
  /** Where pods reach the API: an address and a port that are good inside of a pod. */
  readonly apiServer: ApiServerAddress;
  /** PEM of the authority that signed the API's certificate: pods find it beside their token. */
  readonly caCertificate: string;
  /** Signs the tokens that pods use towards the API. Not asked when the runtime has no real processes. */
  readonly issueToken: TokenIssuer;
  /** @default silent */
  readonly logger?: Logger;
  /** @default written through the API as `kubelet` */
  readonly events?: EventRecorder;
  /** @default laptop */
  readonly nodeName?: string;
  /** The node's own address, as pods see it. @default 10.244.0.1 */
  readonly hostIp?: string;
  /** @default 10.244.0.0/24 */
  readonly podCidr?: string;
  /** Added to the nominal capacity of 64 CPU, 256 Gi, 110 pods, or in its place. Nothing enforces it. */
  readonly capacity?: Readonly<Record<string, string>>;
  /** How much of each run's output is kept, in memory. @default 4 MiB */
  readonly logLimitBytes?: number;
}

export interface Kubelet {
  /** Logs, exec and connections of this node's pods. */
  readonly port: NodePort;
  /** What the node and its pods use; measured when somebody asks. */
  readonly metrics: MetricsSource;
  /** Fulfilled once the API knows the node. */
  readonly registered: Promise<void>;
  /**
   * Kill what runs, say that the node is not ready, close the runtime. The pods stay in the API as they are: to them it
   * is the loss of power, and the next kubelet of this name starts them again.
   */
  stop(): Promise<void>;
}

/** A node: registers itself, and runs the pods that the scheduler gives to it until it is stopped. */
export function startKubelet(options: KubeletOptions): Kubelet {
  return new RunningKubelet(options);
}

const NOMINAL_CAPACITY = { cpu: "64", memory: "256Gi", "ephemeral-storage": "256Gi", pods: "110" } as const;
const DEFAULT_LOG_BYTES = 4 * 1024 * 1024;

class RunningKubelet implements Kubelet {
  readonly port: NodePort;
  readonly metrics: MetricsSource;
  readonly registered: Promise<void>;
  readonly #options: KubeletOptions;
  readonly #stopping = new AbortController();
  readonly #node: NodeRegistration;
  readonly #host: PodHost;
  readonly #pods: RunningInformer<Pod>;
  readonly #services: RunningInformer<Service> | undefined;
  readonly #workers = new Map<string, PodWorker>();
  /** Every worker with something left to do, those of pods that the API has forgotten included. */
  readonly #busy = new Set<PodWorker>();
  #hosts: HostsKeeper | undefined;

  constructor(options: KubeletOptions) {
    const { client, clock, runtime, logger = SILENT } = options;
    const node = nodeOptions(options);
    this.#options = options;
    this.#node = new NodeRegistration({ client, clock, logger }, node);
    this.registered = this.#node.registered;
    this.#pods = startInformer(client, PODS, {
      ...this.#informerOptions(),
      fieldSelector: `spec.nodeName=${node.name}`,
    });
    this.#services = runtime.isReal ? startInformer(client, SERVICES, this.#informerOptions()) : undefined;
    this.#host = this.#podHost(node);
    this.port = new KubeletNodePort(this.#workers);
    this.metrics = new UsageMeter({ clock, runtime, nodeName: node.name, pods: () => this.#pods.list() });
    void this.#followPods();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#hosts?.stop();
    for (const worker of this.#busy) worker.close();
    await Promise.all([...this.#busy].map(({ over }) => over));
    await this.#node.stop();
    await this.#options.runtime.close();
  }

  /** Pods come last: the first of them already finds the names that it asks for. */
  async #followPods(): Promise<void> {
    if (this.#services) await this.#keepHosts(this.#services);
    if (this.#stopping.signal.aborted) return;
    this.#pods.onChange((change) => this.#follow(change));
    for (const pod of this.#pods.list()) this.#follow({ key: keyOfPod(pod), after: pod });
  }

  async #keepHosts(services: RunningInformer<Service>): Promise<void> {
    const { client, clock, runtime, apiServer } = this.#options;
    const endpoints = startInformer(client, ENDPOINTS, this.#informerOptions());
    await Promise.all([services.hasSynced, endpoints.hasSynced]);
    if (this.#stopping.signal.aborted) return;
    const pods = this.#pods;
    this.#hosts = new HostsKeeper({
      services,
      endpoints,
      pods,
      apiServerHost: apiServer.host,
      clock,
      runtime,
    });
  }

  #follow({ key, after }: Change<Pod>): void {
    if (this.#stopping.signal.aborted) return;
    const known = this.#workers.get(key);
    if (known && after && known.pod.metadata.uid === after.metadata.uid) {
      known.update(after);
      return;
    }
    known?.remove();
    this.#workers.delete(key);
    if (after) this.#workers.set(key, this.#employ(after));
  }

  #employ(pod: Pod): PodWorker {
    const worker = new PodWorker(pod, this.#host);
    this.#busy.add(worker);
    void worker.over.then(() => this.#busy.delete(worker));
    return worker;
  }

  #podHost(node: NodeOptions): PodHost {
    const { client, clock, random, runtime, apiServer, caCertificate, issueToken } = this.#options;
    const { logger = SILENT, logLimitBytes = DEFAULT_LOG_BYTES } = this.#options;
    return {
      ...{ client, clock, random, logger, runtime, apiServer, caCertificate, issueToken, logLimitBytes },
      events: this.#options.events ?? this.#eventRecorder(node.name),
      nodeName: node.name,
      hostIp: node.hostIp,
      allocatable: node.capacity,
      servicesIn: (namespace) => this.#services?.byIndex(BY_NAMESPACE, namespace) ?? [],
    };
  }

  #eventRecorder(instance: string): EventRecorder {
    const { client, clock, random, logger = SILENT } = this.#options;
    const reporter = { controller: "kubelet", instance };
    return new KubeEventRecorder(client, { clock, random, logger, signal: this.#stopping.signal, reporter });
  }

  #informerOptions(): Pick<InformerOptions, "clock" | "random" | "logger" | "signal"> {
    const { clock, random, logger = SILENT } = this.#options;
    return { clock, random, logger, signal: this.#stopping.signal };
  }
}

function nodeOptions(options: KubeletOptions): NodeOptions {
  const { nodeName = "laptop", hostIp = "10.244.0.1", podCidr = "10.244.0.0/24", machine, runtime } = options;
  const capacity = { ...NOMINAL_CAPACITY, ...options.capacity };
  return { name: nodeName, hostIp, podCidr, capacity, machine, runtime: runtime.name };
}

function keyOfPod(pod: Pod): string {
  return keyOf(nameOf(pod));
}
