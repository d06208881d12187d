import type {
  ContainerSpec,
  HostEntry,
  Mount,
  SandboxSpec,
  VolumeFile,
} from "../../runtime/container-runtime.ts";

/** What heliostat asks of the supervisor inside the namespaces: the first line of a connection to its socket. */
export type Request =
  | ({ readonly ask: "createPod" } & Pick<SandboxSpec, "uid" | "hostname" | "hostAliases">)
  | { readonly ask: "removePod"; readonly uid: string }
  | { readonly ask: "updateFiles"; readonly uid: string; readonly volume: OrderedFilesVolume }
  | { readonly ask: "setHosts"; readonly entries: readonly HostEntry[] }
  /** The value of the answer is a list of `ContainerUsage`, as JSON. */
  | { readonly ask: "measure" }
  /** The connection then carries frames: output outwards, input and {@link Control} inwards, {@link Ending} last. */
  | { readonly ask: "start"; readonly uid: string; readonly container: ContainerOrder }
  /** Like `start`. */
  | ({ readonly ask: "exec"; readonly containerId: string; readonly command: readonly string[] } & ExecInput)
  /** The connection then is the connection to the pod. */
  | ({ readonly ask: "connect" } & PodPort);

export interface PodPort {
  readonly ip: string;
  readonly port: number;
  /** The uid of the pod whose loopback is tried where nothing listens at its address. @default none */
  readonly loopbackOf?: string;
}

export interface ExecInput {
  readonly hasStdin: boolean;
  readonly isTty: boolean;
}

/** The line that answers a {@link Request}. */
export type Answer =
  | { readonly ok: true; readonly value?: string }
  | { readonly ok: false; readonly why: string };

/** A container as it travels: files as base64. */
export interface ContainerOrder extends Omit<ContainerSpec, "mounts"> {
  readonly mounts: readonly OrderedMount[];
}

export type OrderedMount = Omit<Mount, "volume"> & { readonly volume: OrderedVolume };

export type OrderedVolume = Exclude<Mount["volume"], { readonly type: "files" }> | OrderedFilesVolume;

export interface OrderedFilesVolume {
  readonly type: "files";
  readonly name: string;
  readonly files: readonly OrderedFile[];
}

type OrderedFile = Omit<VolumeFile, "content"> & { readonly base64: string };

/** What heliostat says about a running command, as a frame of channel `control`. */
export type Control =
  | { readonly say: "signal"; readonly name: "SIGTERM" | "SIGKILL" }
  | { readonly say: "resize"; readonly columns: number; readonly rows: number }
  | { readonly say: "endInput" };

/** How a command ended: the last frame, of channel `control`, after all output. */
export interface Ending {
  readonly exitCode: number;
  readonly signal?: number;
  /** What a container has left as its termination message. */
  readonly message?: string;
}

/** How the supervisor is set up: its only argument, as JSON. */
export interface SupervisorSettings {
  /** Holds its sockets and what pods write to disk; private to the user. */
  readonly stateFolder: string;
  /** Folders of the host that no container may see. */
  readonly hiddenFolders: readonly string[];
  /** Folders of the host that every container sees even below /tmp or /run, which otherwise are its own. */
  readonly visibleFolders: readonly string[];
  /** Ports of the node that pods can reach. */
  readonly doors: readonly Door[];
  /** Programs that containers find at the end of their PATH, for hosts that lack them. */
  readonly standIns: readonly StandIn[];
}

export interface Door {
  readonly port: number;
  /** Where heliostat takes what pods send to this port. */
  readonly socket: string;
}

export type StandIn =
  | { readonly name: string; readonly script: string }
  | { readonly name: string; readonly linkTo: string };
