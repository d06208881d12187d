import type { EventWords } from "@heliostat/controller";
import {
  type AttachOptions,
  type AttachSession,
  type Container,
  type ExecOptions,
  type ExecSession,
  KubeError,
  type Pod,
  type Probe,
} from "@heliostat/kube";
import type {
  ContainerExit,
  PodSandbox,
  ResolvedImage,
  RunningContainer,
} from "../runtime/container-runtime.ts";
import { aborted } from "./aborted.ts";
import { ContainerLog } from "./container-log.ts";
import {
  type ContainerEnd,
  type ContainerRecord,
  endedRecord,
  probedRecord,
  runningRecord,
  startingRecord,
  waitingRecord,
} from "./container-record.ts";
import { ContainerRun, type RunSurroundings } from "./container-run.ts";
import * as events from "./pod-events.ts";
import type { PodHost } from "./pod-host.ts";
import { preparedContainer } from "./pod-preparation.ts";
import type { StartedPod } from "./pod-start.ts";
import type { ProbeListener } from "./prober.ts";

/** What a container's worker knows of its pod. */
export interface ContainerPod {
  readonly host: PodHost;
  /** The newest state of it in the API. */
  pod(): Pod;
  /** Its volumes and sandbox: there before any of its containers is started. */
  started(): StartedPod | undefined;
  /** The record has changed: plan again, report the status. */
  hasChanged(): void;
}

const FIRST_PULL_DELAY_MS = 10_000;
const LONGEST_PULL_DELAY_MS = 300_000;
const CONFIG_RETRY_MS = 10_000;
/** What a container that could not be started is said to have ended with (containerd's habit). */
const START_ERROR_CODE = 128;
const DEFAULT_GRACE_SECONDS = 30;
/** How much of the log may become a termination message (Kubernetes rule). */
const MESSAGE_LINES = 80;
const MESSAGE_BYTES = 2048;

/**
 * Carries out what the plan of a pod decides for one of its containers, and keeps its record true: start a run, watch
 * over it, note its end. When to start, and whether again, is the plan's business.
 */
export class ContainerWorker {
  readonly #container: Container;
  readonly #pod: ContainerPod;
  #record: ContainerRecord;
  #run: ContainerRun | undefined;
  #log: ContainerLog | undefined;
  #previousLog: ContainerLog | undefined;
  #starting: Promise<void> = Promise.resolve();
  #isStopping = false;
  #pullDelayMs = FIRST_PULL_DELAY_MS;

  constructor(container: Container, record: ContainerRecord, pod: ContainerPod) {
    this.#container = container;
    this.#record = record;
    this.#pod = pod;
  }

  get record(): ContainerRecord {
    return this.#record;
  }

  /** The output of the present or the latest run, or of the one before it. */
  log({ previous = false }: { readonly previous?: boolean } = {}): ContainerLog | undefined {
    return previous ? this.#previousLog : this.#log;
  }

  /** @throws KubeError `BadRequest` when it does not run */
  exec(options: ExecOptions): Promise<ExecSession> {
    if (this.#run) return this.#run.exec(options);
    return Promise.reject(this.#notFound());
  }

  /** @throws KubeError `BadRequest` when it does not run */
  attach(options: AttachOptions): AttachSession {
    if (this.#run) return this.#run.attach(options);
    throw this.#notFound();
  }

  /** Begin a run. Returns at once: the record tells what becomes of it. */
  start(): void {
    this.#become(startingRecord(this.#record, this.#now()));
    this.#starting = this.#start();
  }

  /** End what runs, gently until the signal aborts, and start nothing any more. Fulfilled when nothing runs. */
  async stop(kill: AbortSignal): Promise<void> {
    this.#isStopping = true;
    // A start that hangs is cut short by the removal of the sandbox.
    await Promise.race([this.#starting, aborted(kill)]);
    if (!this.#run) return;
    this.#say(events.containerStopping(this.#record.name));
    await this.#run.end(kill);
  }

  #notFound(): KubeError {
    return new KubeError("BadRequest", `container not found ("${this.#record.name}")`);
  }

  async #start(): Promise<void> {
    const { host } = this.#pod;
    const started = this.#pod.started();
    if (!started) throw new Error(`Cannot start container "${this.#record.name}": its pod has no sandbox`);
    const { image: name, runs: restartCount } = this.#record;
    const image = host.runtime.resolveImage(name);
    if (!image) return this.#waitForImage(host.runtime.explainUnknownImage(name));
    const turn = { container: this.#container, image, podIp: started.sandbox.ip, restartCount };
    const spec = await preparedContainer(started.prepared, host, turn).catch((error: unknown) =>
      this.#waitForConfig(messageOf(error)),
    );
    if (!spec || this.#isStopping) return;
    this.#say(events.imageIsThere(name, image.description));
    const running = await started.sandbox
      .startContainer(spec)
      .catch((error: unknown) => this.#noteFailedStart(messageOf(error)));
    if (running) this.#begin(running, { image, sandbox: started.sandbox });
  }

  #begin(
    running: RunningContainer,
    { image, sandbox }: { readonly image: ResolvedImage; readonly sandbox: PodSandbox },
  ): void {
    const { random, runtime, logLimitBytes } = this.#pod.host;
    const { name } = this.#record;
    this.#previousLog = this.#log;
    this.#log = new ContainerLog(logLimitBytes);
    const run = new ContainerRun(running, this.#surroundings(sandbox, this.#log));
    this.#run = run;
    const containerId = `${runtime.name}://${random.uuid().replaceAll("-", "")}`;
    this.#say(events.containerCreated(name));
    this.#say(events.containerStarted(name));
    this.#become(
      runningRecord(this.#record, { containerId, imageId: image.imageId, startedAtMs: this.#now() }),
    );
    void run.over.then((exit) => this.#noteEnd(exit));
    void run.begin();
  }

  #surroundings(sandbox: PodSandbox, log: ContainerLog): RunSurroundings {
    const { host } = this.#pod;
    return {
      container: this.#container,
      sandbox,
      clock: host.clock,
      logger: host.logger,
      isReal: host.runtime.isReal,
      log,
      listener: this.#probeListener(),
      say: (words) => this.#say(words),
      hasFailedToBegin: () => {
        this.#say(events.containerNotBegun());
        this.#endUnfit();
      },
    };
  }

  #probeListener(): ProbeListener {
    return {
      hasStarted: () => this.#become(probedRecord(this.#record, { hasStarted: true })),
      isReady: (isReady) => this.#become(probedRecord(this.#record, { isReady })),
      hasFailed: (kind, probe) => this.#restartUnfit(kind, probe),
      wasUnhealthy: (kind, { result, message }) =>
        this.#say(
          result === "error" ? events.probeErrored(kind, message) : events.probeFailed(kind, message),
        ),
    };
  }

  /** A probe wants the container ended; what comes after is a question of its restart policy. */
  #restartUnfit(kind: "startup" | "liveness", probe: Probe): void {
    this.#say(events.containerUnfit(this.#record.name, kind));
    this.#endUnfit(probe.terminationGracePeriodSeconds);
  }

  #endUnfit(ownGraceSeconds?: number): void {
    const { clock } = this.#pod.host;
    const { terminationGracePeriodSeconds = DEFAULT_GRACE_SECONDS } = this.#pod.pod().spec ?? {};
    const graceSeconds = ownGraceSeconds ?? terminationGracePeriodSeconds;
    const kill = new AbortController();
    const timer = clock.after(graceSeconds * 1000, () => kill.abort());
    void this.#run?.end(kill.signal).finally(() => timer.cancel());
  }

  #waitForImage(why: string): void {
    const { image } = this.#record;
    const retryAtMs = this.#now() + this.#pullDelayMs;
    this.#pullDelayMs = Math.min(2 * this.#pullDelayMs, LONGEST_PULL_DELAY_MS);
    this.#say(events.imageIsUnknown(image, why));
    this.#say(events.imageError("ErrImagePull"));
    this.#say(events.pullBackOff(image));
    this.#say(events.imageError("ImagePullBackOff"));
    const message = `Back-off pulling image "${image}": ${why}`;
    this.#become(waitingRecord(this.#record, { reason: "ImagePullBackOff", message, retryAtMs }));
  }

  #waitForConfig(message: string): undefined {
    const retryAtMs = this.#now() + CONFIG_RETRY_MS;
    this.#say(events.containerFailed(message));
    this.#become(waitingRecord(this.#record, { reason: "CreateContainerConfigError", message, retryAtMs }));
  }

  #noteFailedStart(message: string): undefined {
    this.#say(events.containerFailed(message));
    this.#become(
      endedRecord(this.#record, {
        exitCode: START_ERROR_CODE,
        reason: "StartError",
        message,
        atMs: this.#now(),
      }),
    );
  }

  #noteEnd(exit: ContainerExit): void {
    this.#run = undefined;
    const record = endedRecord(this.#record, this.#endOf(exit));
    const { state, name } = record;
    const isHeldBack = state.is === "ended" && (state.restartAtMs ?? 0) > state.endedAtMs;
    if (isHeldBack && !this.#isStopping) this.#say(events.restartBackOff(name, this.#pod.pod()));
    this.#become(record);
  }

  #endOf(exit: ContainerExit): ContainerEnd {
    const { exitCode, signal, isOutOfMemory } = exit;
    const message = this.#terminationMessage(exitCode);
    return {
      exitCode,
      reason: isOutOfMemory ? "OOMKilled" : exitCode === 0 ? "Completed" : "Error",
      atMs: this.#now(),
      ...(signal !== undefined && { signal }),
      ...(message !== undefined && { message }),
    };
  }

  #terminationMessage(exitCode: number): string | undefined {
    if (exitCode === 0 || this.#container.terminationMessagePolicy !== "FallbackToLogsOnError")
      return undefined;
    return this.#log?.tail(MESSAGE_LINES, MESSAGE_BYTES);
  }

  #become(record: ContainerRecord): void {
    if (record === this.#record) return;
    this.#record = record;
    this.#pod.hasChanged();
  }

  #say(words: EventWords): void {
    const pod = this.#pod.pod();
    this.#pod.host.events.record(pod, events.aboutContainer(words, this.#record.name, pod));
  }

  #now(): number {
    return this.#pod.host.clock.now();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
