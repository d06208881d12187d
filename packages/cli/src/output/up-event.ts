/** Everything that `heliostat up` tells, in the order in which it happens. One is one line of `--json`. */
export type UpEvent =
  /** The API answers. */
  | { readonly event: "ready"; readonly url: string; readonly kubeconfig: string }
  /** The Ray API answers, to whoever bears the token in the file. */
  | { readonly event: "api"; readonly url: string; readonly grpc: string; readonly tokenFile: string }
  /** What pods will be, and why. */
  | { readonly event: "pods"; readonly runtime: "sandbox" | "process" | "simulated"; readonly why: string }
  /** Something takes a while; this is how far it is. */
  | { readonly event: "progress"; readonly text: string }
  | {
      readonly event: "applied";
      readonly object: string;
      readonly outcome: "created" | "configured" | "unchanged";
      /** What to know about it, where it will not do what one expects. */
      readonly note?: string;
    }
  /** How a cluster stands, told whenever it changes until it is ready. */
  | { readonly event: "cluster"; readonly cluster: ClusterSnapshot }
  | { readonly event: "dashboard"; readonly cluster: string; readonly url: string }
  /** A piece of the job's output, as it comes. */
  | { readonly event: "log"; readonly text: string }
  | JobEvent
  | ScalerEvent
  /** What to try next. */
  | { readonly event: "try"; readonly commands: readonly string[] }
  | { readonly event: "stopping" }
  /** It ends for this reason; a person is told on standard error. */
  | { readonly event: "error"; readonly message: string; readonly hint: string | undefined };

/** The scaler answers. */
export interface ScalerEvent {
  readonly event: "scaler";
  readonly url: string;
  /** Who may call: a file of tokens. */
  readonly tokenFile: string;
  /** What its clients read, as a shell would set it. */
  readonly environment: readonly string[];
}

export interface JobEvent {
  readonly event: "job";
  /** Ray's own word for it, or `REFUSED` where there is no Ray to run it. */
  readonly status: "PENDING" | "RUNNING" | "SUCCEEDED" | "FAILED" | "STOPPED" | "REFUSED";
  readonly submissionId?: string;
  /** The last line that the job printed. */
  readonly result?: string;
  /** Why it failed or was refused. */
  readonly message?: string;
}

/** One RayCluster at one moment. */
export interface ClusterSnapshot {
  /** `namespace/name` */
  readonly name: string;
  readonly state: string;
  readonly pods: readonly PodLine[];
  readonly conditions: readonly ConditionLine[];
}

export interface PodLine {
  readonly name: string;
  readonly ready: string;
  readonly status: string;
  readonly restarts: number;
  readonly ip: string;
  /** What it waits for, where something is wrong. */
  readonly why: string;
}

interface ConditionLine {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** Tells a person or a machine what happens. */
export interface Reporter {
  tell(event: UpEvent): void;
  /** Nothing more will be told: leave the screen tidy. */
  close(): void;
}
