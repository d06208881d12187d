import {
  type Container,
  epochMsOf,
  isKubeError,
  isTerminating,
  nameOf,
  PODS,
  type Pod,
  type PodStatus,
  sleep,
  type Timer,
} from "@heliostat/kube";
import type { PodSandbox } from "../runtime/container-runtime.ts";
import { aborted } from "./aborted.ts";
import { type ContainerRecord, ephemeralRecord, initialRecords } from "./container-record.ts";
import { ContainerWorker } from "./container-worker.ts";
import { GracePeriod } from "./grace-period.ts";
import { planPod } from "./plan-pod.ts";
import { deadlineExceeded } from "./pod-events.ts";
import type { PodHost } from "./pod-host.ts";
import { type StartedPod, startPod } from "./pod-start.ts";
import { type PodFailure, podStatus } from "./pod-status.ts";
import { StatusWriter } from "./status-writer.ts";
import { refreshVolumes } from "./volume-refresh.ts";

/**
 * Where a pod is on its way, one direction only:
 *
 * - `preparing`: volumes and sandbox are being made, tried again until they are there
 * - `running`: containers start, end and start again as `planPod` decides
 * - `stopping`: nothing starts any more; what runs is given its grace period
 * - `stopped`: nothing runs; the pod waits for its deletion
 */
type Stage = "preparing" | "running" | "stopping" | "stopped";

const DEFAULT_GRACE_SECONDS = 30;
/** What is left to a pod that the API no longer knows (Kubernetes rule: never less). */
const LEAST_GRACE_SECONDS = 1;
const DELETE_RETRY_MS = 1000;
const DEADLINE_MESSAGE = "Pod was active on the node longer than the specified deadline";

/** One pod on this node, from the moment that it is seen to the moment that nothing of it is left. */
export class PodWorker {
  /** Fulfilled when nothing of the pod is left to do here. */
  readonly over: Promise<void>;
  readonly #host: PodHost;
  readonly #acceptedAtMs: number;
  readonly #status: StatusWriter;
  #containers: readonly ContainerWorker[];
  /** Ephemeral containers of which an earlier kubelet has told: none starts again. */
  readonly #overBefore: ReadonlySet<string>;
  readonly #grace: GracePeriod;
  /** Aborts when nothing may start any more. */
  readonly #stop = new AbortController();
  /** Aborts when the pod is to leave the API or has left it. */
  readonly #farewell = new AbortController();
  /** Aborts when the pod in the API is no longer ours to change. */
  readonly #disowned = new AbortController();
  #pod: Pod;
  #stage: Stage = "preparing";
  #started: StartedPod | undefined;
  #failure: PodFailure | undefined;
  #reported: PodStatus | undefined;
  #advancing: Promise<void> | undefined;
  #planTimer: Timer | undefined;
  #deadlineTimer: Timer | undefined;

  constructor(pod: Pod, host: PodHost) {
    this.#pod = pod;
    this.#host = host;
    this.#acceptedAtMs = host.clock.now();
    this.#grace = new GracePeriod(host.clock);
    this.#status = new StatusWriter(pod, host);
    this.#containers = this.#containerWorkers(pod);
    this.#overBefore = new Set(pod.status?.ephemeralContainerStatuses?.map(({ name }) => name));
    this.update(pod);
    this.over = this.#live();
  }

  get pod(): Pod {
    return this.#pod;
  }

  /** Absent before the pod has an address and after its end. */
  get sandbox(): PodSandbox | undefined {
    return this.#stage === "stopped" ? undefined : this.#started?.sandbox;
  }

  container(name: string): ContainerWorker | undefined {
    return this.#containers.find(({ record }) => record.name === name);
  }

  /** The API has a newer state of the pod. */
  update(pod: Pod): void {
    this.#pod = pod;
    this.#addEphemeral(pod);
    if (isTerminating(pod)) {
      this.#beginStop(graceSecondsOf(pod));
      this.#farewell.abort();
    }
    this.#status.see(pod);
    if (this.#reported) this.#advanceSoon();
  }

  /** The API no longer has the pod: end it at once and tell nobody. */
  remove(): void {
    this.#disown();
    this.#beginStop(LEAST_GRACE_SECONDS);
  }

  /** The kubelet goes: kill what runs, and leave the pod in the API as it is. */
  close(): void {
    this.#disown();
    this.#grace.cut();
    this.#stop.abort();
  }

  async #live(): Promise<void> {
    if (!hasEnded(this.#pod)) await this.#runToItsEnd();
    this.#stage = "stopped";
    await aborted(this.#farewell.signal);
    await this.#status.flush();
    await this.#deleteFromApi();
  }

  async #runToItsEnd(): Promise<void> {
    this.#report();
    this.#watchDeadline();
    this.#started = await startPod(this.#pod, this.#host, this.#stop.signal);
    this.#stage = "running";
    void this.#refreshVolumes(this.#started);
    this.#advanceSoon();
    await aborted(this.#stop.signal);
    this.#stage = "stopping";
    await this.#stopContainers();
    await this.#removeSandbox();
    for (const timer of [this.#planTimer, this.#deadlineTimer, this.#grace]) timer?.cancel();
    this.#stage = "stopped";
    this.#report();
  }

  /** What changes in one go is looked at once, and never in the middle of it. */
  #advanceSoon(): void {
    this.#advancing ??= Promise.resolve().then(() => {
      this.#advancing = undefined;
      if (this.#stage === "running" && !this.#stop.signal.aborted) this.#carryOutPlan();
      this.#report();
    });
  }

  #carryOutPlan(): void {
    const now = this.#host.clock.now();
    const { start, planAgainAtMs, isFinished } = planPod(this.#records(), now);
    this.#planTimer?.cancel();
    if (planAgainAtMs !== undefined)
      this.#planTimer = this.#host.clock.after(planAgainAtMs - now, () => this.#advanceSoon());
    for (const name of start) this.container(name)?.start();
    if (isFinished) this.#beginStop(graceSecondsOf(this.#pod));
  }

  /** Files that containers find may change under them; those that start later find the same. */
  async #refreshVolumes(started: StartedPod | undefined): Promise<void> {
    if (!started || !this.#host.runtime.isReal) return;
    await refreshVolumes(started, {
      host: this.#host,
      signal: this.#stop.signal,
      pod: () => this.#pod,
      onPrepared: (prepared) => {
        this.#started = { ...started, prepared };
      },
    });
  }

  #beginStop(graceSeconds: number): void {
    if (this.#stage !== "stopped") this.#grace.begin(graceSeconds);
    this.#stop.abort();
  }

  /** The pod's own containers side by side; then its sidecars, the last one first (Kubernetes rule). */
  async #stopContainers(): Promise<void> {
    const sidecars = this.#containers.filter(({ record }) => record.role === "sidecar");
    const others = this.#containers.filter(({ record }) => record.role !== "sidecar");
    await Promise.all(others.map((container) => container.stop(this.#grace.signal)));
    for (const sidecar of sidecars.reverse()) await sidecar.stop(this.#grace.signal);
  }

  async #removeSandbox(): Promise<void> {
    try {
      await this.#started?.sandbox.remove();
    } catch (error) {
      this.#host.logger.error("Cannot remove the sandbox of a pod", { pod: nameOf(this.#pod), error });
    }
  }

  /** The last word: the grace period is over, and the API may forget this very pod. */
  async #deleteFromApi(): Promise<void> {
    const { client, clock, logger } = this.#host;
    const preconditions = { uid: this.#pod.metadata.uid ?? "" };
    while (!this.#disowned.signal.aborted) {
      try {
        await client.delete(PODS, nameOf(this.#pod), { gracePeriodSeconds: 0, preconditions });
        return;
      } catch (error) {
        if (isKubeError(error, "NotFound", "Conflict")) return;
        logger.error("Cannot delete a pod that has stopped", { pod: nameOf(this.#pod), error });
      }
      await sleep(clock, DELETE_RETRY_MS, this.#disowned.signal);
    }
  }

  #disown(): void {
    this.#status.close();
    this.#disowned.abort();
    this.#farewell.abort();
  }

  /** `activeDeadlineSeconds`: how long the pod may be active, whatever its containers do. */
  #watchDeadline(): void {
    const { activeDeadlineSeconds } = this.#pod.spec ?? {};
    if (activeDeadlineSeconds === undefined) return;
    const { clock, events } = this.#host;
    const startedAtMs = epochMsOf(this.#pod.status?.startTime ?? "") ?? this.#acceptedAtMs;
    const leftMs = startedAtMs + activeDeadlineSeconds * 1000 - clock.now();
    this.#deadlineTimer = clock.after(Math.max(0, leftMs), () => {
      this.#failure = { reason: "DeadlineExceeded", message: DEADLINE_MESSAGE };
      events.record(this.#pod, deadlineExceeded(DEADLINE_MESSAGE));
      this.#beginStop(graceSecondsOf(this.#pod));
    });
  }

  #report(): void {
    this.#reported = podStatus({
      pod: this.#pod,
      records: this.#records(),
      hostIp: this.#host.hostIp,
      acceptedAtMs: this.#acceptedAtMs,
      isStopping: this.#stage === "stopping" || this.#stage === "stopped",
      hasStopped: this.#stage === "stopped",
      nowMs: this.#host.clock.now(),
      conditionsBefore: this.#reported?.conditions ?? this.#pod.status?.conditions ?? [],
      ...(this.#started && { podIp: this.#started.sandbox.ip }),
      ...(this.#failure && { failure: this.#failure }),
    });
    this.#status.write(this.#reported);
  }

  #records(): readonly ContainerRecord[] {
    return this.#containers.map(({ record }) => record);
  }

  #containerWorkers(pod: Pod): readonly ContainerWorker[] {
    const specs = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
    const records = initialRecords(pod);
    return specs.flatMap((container, index) => {
      const record = records[index];
      return record ? [this.#containerWorker(container, record)] : [];
    });
  }

  /** What somebody has added since (`kubectl debug`). */
  #addEphemeral({ spec }: Pod): void {
    const added = (spec?.ephemeralContainers ?? []).filter(
      ({ name }) => !this.#overBefore.has(name) && !this.container(name),
    );
    if (added.length === 0) return;
    const workers = added.map((container) => this.#containerWorker(container, ephemeralRecord(container)));
    this.#containers = [...this.#containers, ...workers];
  }

  #containerWorker(container: Container, record: ContainerRecord): ContainerWorker {
    return new ContainerWorker(container, record, {
      host: this.#host,
      pod: () => this.#pod,
      started: () => this.#started,
      hasChanged: () => this.#advanceSoon(),
    });
  }
}

/** Whether an earlier kubelet has seen the pod to its end. */
function hasEnded({ status }: Pod): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}

function graceSecondsOf({ metadata, spec }: Pod): number {
  return metadata.deletionGracePeriodSeconds ?? spec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
}
