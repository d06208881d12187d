import type { CallOptions } from "@heliostat/kube";

/**
 * The port to the HTTP API that a Ray cluster's head serves (Ray: "dashboard", port 8265).
 *
 * Every method throws {@link RayError} and nothing else on purpose; a signal that aborts ends a call with `Aborted`.
 */
export interface RayDashboard {
  /** What answers at the other end. The cheapest way to ask whether the dashboard is up. @throws RayError `Unavailable` */
  version(options?: RayCallOptions): Promise<RayVersion>;

  /**
   * Start a job. With a `submissionId` of the caller's own a repeated call is safe: it ends in `AlreadyExists`.
   *
   * @throws RayError `Invalid` when Ray refuses the request, `AlreadyExists`
   */
  submitJob(request: JobRequest, options?: RayCallOptions): Promise<JobSubmission>;

  /**
   * Bring files to the cluster for jobs to run in. The same files give the same address, and are sent once.
   *
   * @param files contents by relative path: `job.py`
   * @returns what goes into `runtimeEnv.working_dir`
   */
  uploadWorkingDir(files: Readonly<Record<string, Uint8Array>>, options?: RayCallOptions): Promise<string>;

  /** One job, by its submission id or by its job id. @throws RayError `NotFound` */
  job(id: string, options?: RayCallOptions): Promise<JobDetails>;

  /** All jobs that the cluster remembers: those submitted first, then drivers that connected by themselves. */
  jobs(options?: RayCallOptions): Promise<readonly JobDetails[]>;

  /** Everything that a submitted job has printed until now. @throws RayError `NotFound`; `Invalid` for a job of type `DRIVER` */
  jobLogs(id: string, options?: RayCallOptions): Promise<string>;

  /**
   * What a submitted job prints, from its beginning, as it prints it; ends when the job does. Chunks are pieces of
   * text, not lines.
   *
   * @throws RayError `NotFound`; `Unavailable` when the connection breaks before the job has ended
   */
  tailJobLogs(id: string, options?: RayCallOptions): AsyncIterable<string>;

  /** Ask a job to stop. Answers false when it had already ended. @throws RayError `NotFound` */
  stopJob(id: string, options?: RayCallOptions): Promise<boolean>;

  /** Forget a job; Ray ends it first if it still runs. @throws RayError `NotFound` */
  deleteJob(id: string, options?: RayCallOptions): Promise<void>;

  /** The Ray nodes, alive or dead, as the head knows them. */
  nodes(options?: RayCallOptions): Promise<readonly RayNode[]>;
}

/** A signal that gives up the call. */
export type RayCallOptions = CallOptions;

export interface RayVersion {
  /** Version of the job API, `"4"` at present. */
  readonly apiVersion: string;
  readonly rayVersion: string;
  readonly rayCommit: string;
  readonly sessionName?: string;
}

export interface JobRequest {
  /** A shell command that runs on the head node. */
  readonly entrypoint: string;
  /** @default one that Ray makes up */
  readonly submissionId?: string;
  readonly runtimeEnv?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Resources reserved for the entry point itself, not for the tasks that it starts. @default 0 */
  readonly entrypointNumCpus?: number;
  /** @default 0 */
  readonly entrypointNumGpus?: number;
  readonly entrypointMemoryBytes?: number;
  readonly entrypointResources?: Readonly<Record<string, number>>;
  readonly entrypointLabelSelector?: Readonly<Record<string, string>>;
}

export interface JobSubmission {
  readonly submissionId: string;
}

/** Ray's own words. The last three are final. */
export type JobStatus = "PENDING" | "RUNNING" | "STOPPED" | "SUCCEEDED" | "FAILED";

export interface JobDetails {
  /** `SUBMISSION`: came through this API. `DRIVER`: a program that connected by itself; it has no logs here. */
  readonly type: "SUBMISSION" | "DRIVER";
  readonly status: JobStatus;
  readonly entrypoint: string;
  readonly submissionId?: string;
  /** Ray's id of the driver; absent until it has connected. */
  readonly jobId?: string;
  readonly driver?: JobDriver;
  /** What happened, in Ray's words; after a failure it holds the end of the log. */
  readonly message?: string;
  /** Why a job failed: `JOB_ENTRYPOINT_COMMAND_ERROR`, `RUNTIME_ENV_SETUP_FAILURE`, … */
  readonly errorType?: string;
  readonly startTimeMs?: number;
  readonly endTimeMs?: number;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly runtimeEnv?: Readonly<Record<string, unknown>>;
  readonly driverAgentHttpAddress?: string;
  readonly driverNodeId?: string;
  readonly driverExitCode?: number;
}

/** The process that runs a job's entry point. */
export interface JobDriver {
  readonly id: string;
  readonly nodeIpAddress: string;
  /** Ray sends the process id as text. */
  readonly pid: string;
}

export interface RayNode {
  readonly nodeId: string;
  readonly ip: string;
  readonly state: "ALIVE" | "DEAD";
  /** Why a node is dead. */
  readonly stateMessage?: string;
  readonly isHead: boolean;
  /** Logical resources: `CPU`, `GPU`, `memory` in bytes, custom ones, … */
  readonly resources: Readonly<Record<string, number>>;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Why a call to Ray failed. A closed set: whoever catches a {@link RayError} branches on this and never on its text.
 *
 * `Unavailable` (not up yet, gone, timed out, 5xx) is worth another try; the others are answers.
 */
export type RayReason =
  | "Unavailable"
  | "NotFound"
  | "AlreadyExists"
  | "Invalid"
  | "Unauthorized"
  | "Aborted"
  | "Unexpected";

export interface RayErrorOptions {
  readonly cause?: unknown;
  /** The HTTP status, where there was an answer. */
  readonly status?: number;
}

/** Ray's own API refused, answered nonsense (`Unexpected`), or is not up. The only error that a `RayDashboard` throws on purpose. */
export class RayError extends Error {
  override readonly name = "RayError";
  readonly reason: RayReason;
  readonly status: number | undefined;

  constructor(reason: RayReason, message: string, options: RayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.status = options.status;
  }
}

/** Whether `error` is a {@link RayError} of one of these reasons. */
export function isRayError(error: unknown, ...reasons: readonly RayReason[]): error is RayError {
  return error instanceof RayError && (reasons.length === 0 || reasons.includes(error.reason));
}

/** Whether a job in this state will never change again. */
export function isJobOver(status: JobStatus): boolean {
  return status === "STOPPED" || status === "SUCCEEDED" || status === "FAILED";
}
