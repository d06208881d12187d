export { type Kubelet, type KubeletOptions, startKubelet } from "./kubelet.ts";
export type { MachineFacts } from "./node/node.ts";
export type { TokenIssuer, TokenRequest } from "./pod/pod-host.ts";
export type { ApiServerAddress } from "./pod/service-env.ts";
export { type ProcessOptions, processRuntime } from "./process/process-runtime.ts";
export type {
  ContainerExit,
  ContainerRuntime,
  ContainerSpec,
  HostEntry,
  Mount,
  OutputChunk,
  PodSandbox,
  PodVolume,
  ResolvedImage,
  RunningContainer,
  RuntimeName,
  SandboxSpec,
  VolumeFile,
} from "./runtime/container-runtime.ts";
export { canSandbox, type SandboxProbe } from "./sandbox/can-sandbox.ts";
export type { CatalogueOptions, ImageStandIn, Installations } from "./sandbox/image-catalogue.ts";
export { imageCatalogueFile } from "./sandbox/image-catalogue-file.ts";
export { type SandboxOptions, type SandboxRuntime, sandboxRuntime } from "./sandbox/sandbox-runtime.ts";
export { type SimulatedRuntimeOptions, simulatedRuntime } from "./simulated/simulated-runtime.ts";
export { SIMULATE_ANNOTATION } from "./simulated/simulation.ts";
