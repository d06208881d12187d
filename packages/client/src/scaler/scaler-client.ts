import { type Platform, STANDARD_PLATFORM } from "../platform.ts";
import type { ClusterObject } from "./cluster-object.ts";
import { authHeaders, type ScalerCredentials } from "./credentials.ts";
import { isScaled } from "./progress.ts";
import { ScalerError } from "./scaler-error.ts";
import { callScaler, probeScaler, type ScalerAddress, type ScalerAnswer } from "./scaler-http.ts";

/**
 * The plural of a kind: `rayclusters`, `daskclusters`, `sparkclusters`. With a group, `rayclusters.ray.io`, where two
 * kinds share one.
 */
export type ClusterKind = "rayclusters" | "daskclusters" | "sparkclusters" | (string & {});

export interface ScalerClientOptions {
  /** `http://127.0.0.1:6000` */
  readonly baseUrl: string;
  readonly credentials: ScalerCredentials;
  /** Names the caller's cluster where a call does not: `ray-<runId>`. */
  readonly runId?: string;
  /** How long one request may take. @default 15,000 */
  readonly timeoutMs?: number;
  /** @default the one of Node and of browsers */
  readonly platform?: Platform;
}

/** Which cluster, and how long to bother. */
export interface ClusterCall {
  /** @default rayclusters */
  readonly kind?: ClusterKind;
  /** @default `ray-<runId>` for `rayclusters`, and so on */
  readonly name?: string;
  readonly signal?: AbortSignal;
}

export interface WaitCall extends ClusterCall {
  /** How long to wait in all. @default for ever */
  readonly deadlineMs?: number;
  /** How long to wait between two questions. */
  readonly intervalMs?: number;
}

export interface ScaleCall extends ClusterCall {
  readonly replicas: number;
  /** The workers' hardware tier, by name or id. @default as it is */
  readonly workerHwTierName?: string;
}

export interface ScaleAnswer {
  readonly kind: string;
  readonly name: string;
  readonly requested_replicas: number;
  readonly effective_replicas: number;
  /** Whether the cluster's own maximum was lower than what was asked for. */
  readonly capped: boolean;
  readonly maxReplicas: number | null;
  readonly worker_hw_tier_id: string | null;
  readonly object: ClusterObject;
  readonly warnings?: readonly unknown[];
}

export interface RestartAnswer {
  readonly ok: boolean;
  readonly namespace: string;
  readonly pod: string;
  /** What to ask {@link ScalerClient.restartHeadNodeStatus} with. */
  readonly started_at: string;
}

export interface RestartStatus {
  /** Restarted and ready. */
  readonly ok: boolean;
  readonly restarted: boolean;
  readonly ready: boolean;
  /** `restarted_and_ready`, `restarted_but_not_ready`, `not_restarted`, `head_pod_not_found`. */
  readonly status: string;
}

/** Everything that can be asked of a scaler. Each call throws {@link ScalerError}, or the reason of its signal. */
export interface ScalerClient {
  /** Answers whatever `/healthz` answers. */
  isClusterAutoScalerHealthy(options?: Pick<ClusterCall, "signal">): Promise<ScalerAnswer>;
  /** The headers that say who calls, for requests of one's own. */
  getAuthHeaders(options?: Pick<ClusterCall, "signal">): Promise<Readonly<Record<string, string>>>;
  listClusters(call?: Pick<ClusterCall, "kind" | "signal">): Promise<readonly ClusterObject[]>;
  getClusterStatus(call?: ClusterCall): Promise<ClusterObject>;
  /** Ask for a number of workers. The cluster's own maximum caps it. */
  scaleCluster(call: ScaleCall): Promise<ScaleAnswer>;
  isScalingComplete(call?: ClusterCall): Promise<boolean>;
  /** Ask every two seconds. @throws ScalerError `Timeout` once the deadline has passed */
  waitUntilScalingComplete(call?: WaitCall): Promise<void>;
  /** A restart of the head, if it was on another tier. */
  updateHwTierOfHeadNode(call: ClusterCall & { readonly headHwTierName: string }): Promise<unknown>;
  restartHeadNode(call?: ClusterCall & { readonly headHwTierName?: string }): Promise<RestartAnswer>;
  /** @param call `restartedSince` is the `started_at` of a restart, or any moment in ISO 8601 */
  restartHeadNodeStatus(call: ClusterCall & { readonly restartedSince: string }): Promise<RestartStatus>;
  /** Ask every three seconds. @throws ScalerError `Timeout` once the deadline has passed */
  waitUntilNodeRestarted(call: WaitCall & { readonly restartedSince: string }): Promise<void>;
  /** How far a roll of all workers, or of the head, is. */
  getClusterRestartStatus(call: RollCall): Promise<RestartStatus>;
  isRestartComplete(call: RollCall): Promise<boolean>;
  /** Ask every three seconds until the head is newer than `restartTs`, and ready. */
  waitUntilHeadRestartComplete(call: WaitCall & { readonly restartTs: string }): Promise<void>;
}

export interface RollCall extends ClusterCall {
  /** @default worker */
  readonly nodeType?: "head" | "worker";
  readonly restartTs: string;
}

/** A client of the scaler's HTTP API, for Node and for browsers. */
export function scalerClient(options: ScalerClientOptions): ScalerClient {
  return new HttpScalerClient(options);
}

const ROOT = "/ddl_cluster_scaler";
const SCALING_INTERVAL_MS = 2000;
const RESTART_INTERVAL_MS = 3000;
const DEFAULT_TIMEOUT_MS = 15_000;

class HttpScalerClient implements ScalerClient {
  readonly #address: ScalerAddress;
  readonly #runId: string | undefined;

  constructor({
    baseUrl,
    credentials,
    runId,
    timeoutMs = DEFAULT_TIMEOUT_MS,
    platform = STANDARD_PLATFORM,
  }: ScalerClientOptions) {
    this.#address = { baseUrl, credentials, platform, timeoutMs };
    this.#runId = runId;
  }

  isClusterAutoScalerHealthy({ signal }: Pick<ClusterCall, "signal"> = {}): Promise<ScalerAnswer> {
    return probeScaler(this.#address, { path: "/healthz", signal });
  }

  getAuthHeaders({ signal }: Pick<ClusterCall, "signal"> = {}): ReturnType<ScalerClient["getAuthHeaders"]> {
    return authHeaders(this.#address.credentials, this.#address.platform, signal);
  }

  async listClusters(call: Pick<ClusterCall, "kind" | "signal"> = {}): Promise<readonly ClusterObject[]> {
    const { kind = "rayclusters", signal } = call;
    const path = `${ROOT}/list/${encodeURIComponent(kind)}`;
    const answer = await callScaler(this.#address, { path, signal });
    return (answer as { readonly clusters: readonly ClusterObject[] }).clusters;
  }

  async getClusterStatus(call: ClusterCall = {}): Promise<ClusterObject> {
    return (await this.#ask("cluster", call)) as ClusterObject;
  }

  async scaleCluster({ replicas, workerHwTierName: tier, ...call }: ScaleCall): Promise<ScaleAnswer> {
    const tiers = tier === undefined ? {} : { worker_hw_tier: tier, worker_hw_tier_id: tier };
    return (await this.#tell("scale", call, { body: { replicas, ...tiers } })) as ScaleAnswer;
  }

  async isScalingComplete(call: ClusterCall = {}): Promise<boolean> {
    return isScaled(await this.getClusterStatus(call));
  }

  waitUntilScalingComplete(call: WaitCall = {}): Promise<void> {
    const patience = { what: "the scaling", intervalMs: SCALING_INTERVAL_MS };
    return this.#until(() => this.isScalingComplete(call), call, patience);
  }

  updateHwTierOfHeadNode(call: ClusterCall & { readonly headHwTierName: string }): Promise<unknown> {
    return this.#tell("head-hw-tier", call, { body: { head_hw_tier_name: call.headHwTierName } });
  }

  async restartHeadNode(
    call: ClusterCall & { readonly headHwTierName?: string } = {},
  ): Promise<RestartAnswer> {
    const { headHwTierName } = call;
    const body = headHwTierName === undefined ? undefined : { head_hw_tier_name: headHwTierName };
    return (await this.#tell("restart_head", call, { body })) as RestartAnswer;
  }

  async restartHeadNodeStatus(
    call: ClusterCall & { readonly restartedSince: string },
  ): Promise<RestartStatus> {
    const query = { started_at: call.restartedSince };
    return (await this.#ask("restart_head_status", call, { query })) as RestartStatus;
  }

  waitUntilNodeRestarted(call: WaitCall & { readonly restartedSince: string }): Promise<void> {
    const patience = { what: "the restart of the head", intervalMs: RESTART_INTERVAL_MS };
    return this.#until(() => this.#isRestarted(call), call, patience);
  }

  async getClusterRestartStatus({
    nodeType = "worker",
    restartTs,
    ...call
  }: RollCall): Promise<RestartStatus> {
    const more = { suffix: `/${nodeType}`, query: { started_at: restartTs } };
    return (await this.#ask("restart_status", call, more)) as RestartStatus;
  }

  async isRestartComplete(call: RollCall): Promise<boolean> {
    return (await this.getClusterRestartStatus(call)).ok;
  }

  waitUntilHeadRestartComplete(call: WaitCall & { readonly restartTs: string }): Promise<void> {
    const patience = { what: "the restart of the head", intervalMs: RESTART_INTERVAL_MS };
    return this.#until(() => this.isRestartComplete({ ...call, nodeType: "head" }), call, patience);
  }

  async #isRestarted(call: ClusterCall & { readonly restartedSince: string }): Promise<boolean> {
    try {
      return (await this.restartHeadNodeStatus(call)).status === "restarted_and_ready";
    } catch (error) {
      // Older services say so while the new head does not exist yet.
      if (error instanceof ScalerError && statusOf(error.body) === "head_pod_not_found") return false;
      throw error;
    }
  }

  #ask(
    action: string,
    call: ClusterCall,
    more: { readonly suffix?: string; readonly query?: Readonly<Record<string, string>> } = {},
  ): Promise<unknown> {
    const { suffix = "", query = {} } = more;
    const path = `${this.#path(action, call)}${suffix}`;
    return callScaler(this.#address, { path, query, signal: call.signal });
  }

  #tell(action: string, call: ClusterCall, { body }: { readonly body: unknown }): Promise<unknown> {
    const path = this.#path(action, call);
    return callScaler(this.#address, { method: "PATCH", path, body, signal: call.signal });
  }

  #path(action: string, { kind = "rayclusters", name = this.#nameOf(kind) }: ClusterCall): string {
    return `${ROOT}/${action}/${encodeURIComponent(kind)}/${encodeURIComponent(name)}`;
  }

  #nameOf(kind: string): string {
    if (this.#runId === undefined)
      throw new Error("Cannot name the cluster: give the call a name, or the client a runId");
    const [plural = ""] = kind.split(".");
    return `${plural.replace("clusters", "")}-${this.#runId}`;
  }

  async #until(
    isDone: () => Promise<boolean>,
    { deadlineMs, intervalMs, signal }: WaitCall,
    patience: { readonly what: string; readonly intervalMs: number },
  ): Promise<void> {
    const pauseMs = intervalMs ?? patience.intervalMs;
    let waitedMs = 0;
    while (!(await isDone())) {
      if (deadlineMs !== undefined && waitedMs >= deadlineMs) throw tooLate(patience.what, deadlineMs);
      const nextMs = Math.min(pauseMs, (deadlineMs ?? Number.POSITIVE_INFINITY) - waitedMs);
      await this.#address.platform.pause(nextMs, signal);
      waitedMs += nextMs;
    }
  }
}

function tooLate(what: string, deadlineMs: number): ScalerError {
  const message = `Cannot wait longer: ${what} was not complete after ${deadlineMs} ms`;
  return new ScalerError(message, { status: 0, code: "Timeout" });
}

function statusOf(body: unknown): unknown {
  return (Object(body) as Readonly<Record<string, unknown>>)["status"];
}
