import { arch, platform, release, version } from "node:os";
import { runControllers } from "@heliostat/controller";
import {
  apiVersionOf,
  type Clock,
  type KubeClient,
  type KubeWire,
  type Logger,
  type NodePort,
  type Random,
  SERVICE_ACCOUNTS,
} from "@heliostat/kube";
import { workloadControllers } from "@heliostat/kube-workloads";
import { type ContainerRuntime, type Kubelet, startKubelet } from "@heliostat/kubelet";
import { reconcilers, unreconciledKinds } from "@heliostat/operator";
import type { FindResource } from "../manifests/apply-manifests.ts";
import { idleWorkers } from "../ray/idle-workers.ts";
import { type KubernetesOptions, type ServedKubernetes, serveEmbeddedKubernetes } from "./kubernetes.ts";
import { LateMetrics } from "./late-metrics.ts";
import { removeLostVolumes, volumesFolder } from "./volume-folders.ts";

/** A whole Kubernetes in this process: the API, its controllers, the operator, and one node. */
export interface Laptop {
  readonly url: string;
  readonly kubeconfig: string;
  readonly folder: string;
  /** The API's port on the loopback. */
  readonly port: number;
  readonly client: KubeClient;
  readonly nodePort: NodePort;
  readonly wire: KubeWire;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly findResource: FindResource;
  /** Bring up the node; its pods are what `runtime` makes of them. Resolves once the API knows it. */
  startNode(runtime: ContainerRuntime, capacity: NodeCapacity): Promise<void>;
  /** Call `end` when the laptop stops. */
  onStop(end: () => void): void;
  stop(): Promise<void>;
}

/** What the node advertises, in Kubernetes' quantities; nothing enforces it. */
interface NodeCapacity {
  readonly cpu: string;
  readonly memory: string;
  readonly gpu: string;
}

/** Where pods find the API: on the node, inside of the network that they have but for plain processes. */
function apiInPods({ name }: ContainerRuntime, port: number): KubeletOptions["apiServer"] {
  return name === "process" ? { host: "127.0.0.1", port } : { host: "10.244.0.1", port: 443 };
}

/** Start everything but the node. @throws UserError when the state folder or the port is taken */
export async function startLaptop(options: KubernetesOptions): Promise<Laptop> {
  const { clock, random, logger } = options;
  const metrics = new LateMetrics();
  const kubernetes = await serveEmbeddedKubernetes({ ...options, metrics });
  const { embedded, server, folder, node } = kubernetes;
  await removeLostVolumes(embedded.client("volumes"), volumesFolder(folder.path));
  const stopping = new AbortController();
  const client = embedded.client("heliostat");
  const operator = reconcilers({ idleWorkers: idleWorkers({ client, node }) });
  const others = [...workloadControllers(workloads(kubernetes)), ...unreconciledKinds()];
  const controllers = runControllers([...others, ...operator], {
    client,
    clock,
    random,
    logger,
    signal: stopping.signal,
  });
  const ends: (() => void)[] = [];
  let kubelet: Kubelet | undefined;
  return {
    url: server.url,
    kubeconfig: server.kubeconfigPath,
    folder: folder.path,
    port: server.port,
    client: embedded.client("heliostat"),
    nodePort: node,
    wire: kubernetes.wire,
    clock,
    random,
    logger,
    findResource: resourceFinder(kubernetes),
    async startNode(runtime, capacity) {
      kubelet = startKubelet(kubeletOptions(kubernetes, { ...options, runtime, capacity }));
      node.use(kubelet.port);
      metrics.use(kubelet.metrics);
      await kubelet.registered;
    },
    onStop: (end) => ends.push(end),
    async stop() {
      for (const end of ends) end();
      stopping.abort();
      await kubelet?.stop();
      await controllers.stopped;
      await kubernetes.close();
    },
  };
}

function workloads({ identity, folder }: ServedKubernetes): Parameters<typeof workloadControllers>[0] {
  return {
    caCertificate: identity.credentials.caCertificatePem,
    volumesFolder: volumesFolder(folder.path),
  };
}

function resourceFinder({ embedded }: ServedKubernetes): FindResource {
  return (apiVersion, kind) =>
    embedded.registry.all().find((each) => each.kind === kind && apiVersionOf(each) === apiVersion);
}

type KubeletOptions = Parameters<typeof startKubelet>[0];

function kubeletOptions(
  { embedded, identity, server }: ServedKubernetes,
  {
    clock,
    random,
    logger,
    runtime,
    capacity,
  }: KubernetesOptions & { runtime: ContainerRuntime; capacity: NodeCapacity },
): KubeletOptions {
  const client = embedded.client("kubelet");
  const apiServer = apiInPods(runtime, server.port);
  return {
    client,
    clock,
    random,
    logger,
    runtime,
    machine: {
      architecture: arch() === "x64" ? "amd64" : arch(),
      operatingSystem: platform(),
      kernelVersion: release(),
      osImage: version(),
    },
    apiServer,
    hostIp: apiServer.host,
    caCertificate: identity.credentials.caCertificatePem,
    issueToken: async ({ serviceAccount, pod, audience, expirationSeconds }) => {
      const { token } = await identity.tokens.issue({
        serviceAccount: await client.get(SERVICE_ACCOUNTS, serviceAccount),
        audiences: audience === undefined ? [] : [audience],
        expirationSeconds,
        boundTo: { kind: "Pod", ...pod },
      });
      return token;
    },
    capacity: {
      cpu: capacity.cpu,
      memory: capacity.memory,
      ...(capacity.gpu !== "0" && { "nvidia.com/gpu": capacity.gpu }),
    },
  };
}
