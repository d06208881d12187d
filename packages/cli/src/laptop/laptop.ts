import { join } from "node:path";
import { type RunningControllers, runControllers } from "@heliostat/controller";
import type { Clock, KubeClient, Logger, NodePort, Random, Resource } from "@heliostat/kube";
import { CUSTOM_RESOURCE_DEFINITIONS } from "@heliostat/kube";
import {
  type EmbeddedKubernetes,
  embeddedKubernetes,
  type KubernetesServer,
  loadServerIdentity,
  PortInUseError,
  serveKubernetes,
} from "@heliostat/kube-embedded";
import { workloadControllers } from "@heliostat/kube-workloads";
import { type ContainerRuntime, type Kubelet, startKubelet } from "@heliostat/kubelet";
import { reconcilers } from "@heliostat/operator";
import { rayCrds } from "@heliostat/ray";
import type { FindResource } from "../manifests/apply-manifests.ts";
import { type LogLevel, stderrLogger } from "../system/logger.ts";
import { UserError } from "../user-error.ts";
import { LateNodePort } from "./late-node-port.ts";
import { claimStateFolder } from "./state-folder.ts";

export interface LaptopOptions {
  readonly dataFolder: string;
  readonly port: number;
  readonly logLevel: LogLevel;
  readonly clock: Clock;
  readonly random: Random;
}

/** A whole Kubernetes in this process. */
export interface Laptop {
  readonly url: string;
  readonly kubeconfig: string;
  readonly folder: string;
  /** The socket at which pods find the API. */
  readonly apiSocket: string;
  readonly client: KubeClient;
  readonly nodePort: NodePort;
  readonly logger: Logger;
  readonly findResource: FindResource;
  /** Start the controllers and a node whose pods are what `runtime` makes of them. */
  startPods(runtime: ContainerRuntime, capacity: NodeCapacity): Promise<void>;
  /** Call `end` when the laptop stops, before the API does. */
  onStop(end: () => void | Promise<void>): void;
  stop(): Promise<void>;
}
