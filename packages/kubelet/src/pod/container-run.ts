import type { EventWords } from "@heliostat/controller";
import type {
  AttachOptions,
  AttachSession,
  Clock,
  Container,
  ExecOptions,
  ExecSession,
  Logger,
} from "@heliostat/kube";
import { sleep } from "@heliostat/kube";
import type { ContainerExit, PodSandbox, RunningContainer } from "../runtime/container-runtime.ts";
import { aborted } from "./aborted.ts";
import { Attachment } from "./attachment.ts";
import type { ContainerLog } from "./container-log.ts";
import { runHook } from "./lifecycle-hook.ts";
import { hookFailed } from "./pod-events.ts";
import type { ProbeTarget } from "./probe-attempt.ts";
import { type ProbeListener, Prober } from "./prober.ts";

/** Where a run takes place, and who wants to know about it. */
export interface RunSurroundings {
  readonly container: Container;
  readonly sandbox: PodSandbox;
  readonly clock: Clock;
  /** Whether probes and hooks reach anything. Where they do not, they count as successful. */
  readonly isReal: boolean;
  readonly log: ContainerLog;
  readonly logger: Logger;
  readonly listener: ProbeListener;
  say(words: EventWords): void;
  /** The postStart hook has failed: the run is to be ended. */
  hasFailedToBegin(): void;
}

/** What a container has left for SIGTERM when its preStop hook has used up the grace period (Kubernetes rule). */
const LEAST_GRACE_MS = 2000;
/** How long the last output may take after the end. */
const LAST_OUTPUT_MS = 1000;

/** One run of a container, from its first process to its end: its output, its hooks, its probes. */
export class ContainerRun {
  /** Fulfilled when the run has ended and all that it wrote is in its log. */
  readonly over: Promise<ContainerExit>;
  readonly #running: RunningContainer;
  readonly #surroundings: RunSurroundings;
  readonly #target: ProbeTarget;
  readonly #prober: Prober;
  readonly #attachments = new Set<Attachment>();
  readonly #ended = new AbortController();
  /** Aborts when the first of those who end the run has no patience left. */
  readonly #kill = new AbortController();
  #ending: Promise<void> | undefined;

  constructor(running: RunningContainer, surroundings: RunSurroundings) {
    const { container, sandbox, clock, listener } = surroundings;
    this.#running = running;
    this.#surroundings = surroundings;
    this.#target = { container, sandbox, running, clock };
    this.#prober = new Prober(this.#target, listener);
    this.over = this.#watchOver();
  }

  /** Run the postStart hook, then the probes. A hook that fails ends the run. */
  async begin(): Promise<void> {
    const { container, isReal, listener, say, hasFailedToBegin } = this.#surroundings;
    if (!isReal) {
      listener.hasStarted();
      listener.isReady(true);
      return;
    }
    const hook = container.lifecycle?.postStart;
    const outcome = hook && (await runHook(hook, this.#target, this.#ended.signal));
    if (this.#ended.signal.aborted || this.#ending) return;
    if (!outcome || outcome.result === "success") {
      this.#prober.start();
      return;
    }
    say(hookFailed("PostStart", outcome.message));
    hasFailedToBegin();
  }

  /** preStop hook, SIGTERM, and once the signal aborts SIGKILL. Fulfilled when the run is over. */
  end(kill: AbortSignal): Promise<void> {
    if (kill.aborted) this.#kill.abort();
    kill.addEventListener("abort", () => this.#kill.abort(), { once: true });
    this.#ending ??= this.#endGently();
    return this.#ending;
  }

  exec(options: ExecOptions): Promise<ExecSession> {
    return this.#running.exec(options);
  }

  /** Join the run's own streams, from now on. */
  attach({ stdin = false, tty = false, signal }: AttachOptions): AttachSession {
    const { container } = this.#surroundings;
    const attachment = new Attachment(this.#running, {
      takesInput: stdin && container.stdin === true,
      endsInput: container.stdinOnce === true,
      hasTerminal: tty || container.tty === true,
      leave: () => void this.#attachments.delete(attachment),
    });
    this.#attachments.add(attachment);
    signal?.addEventListener("abort", () => attachment.detach(), { once: true });
    if (signal?.aborted) attachment.detach();
    return attachment;
  }

  async #watchOver(): Promise<ContainerExit> {
    const { container, log, logger, clock } = this.#surroundings;
    const written = this.#keepOutput().catch((error: unknown) =>
      logger.error("Cannot read the output of a container", { container: container.name, error }),
    );
    const exit = await this.#running.exited;
    this.#prober.stop();
    this.#ended.abort();
    await this.#unlessHeldOpen(written);
    log.end(clock.now());
    for (const attachment of this.#attachments) attachment.end();
    return exit;
  }

  /** Processes that outlive the first one can hold the output open: the end of the run does not wait for them. */
  async #unlessHeldOpen(written: Promise<void>): Promise<void> {
    const done = new AbortController();
    await Promise.race([written, sleep(this.#surroundings.clock, LAST_OUTPUT_MS, done.signal)]);
    done.abort();
  }

  async #keepOutput(): Promise<void> {
    const { log } = this.#surroundings;
    for await (const chunk of this.#running.output) {
      log.append(chunk);
      await Promise.all([...this.#attachments].map((attachment) => attachment.show(chunk)));
    }
  }

  async #endGently(): Promise<void> {
    this.#prober.stop();
    const hasHookRun = await this.#hasRunPreStop();
    if (!this.#ended.signal.aborted) this.#running.signal("SIGTERM");
    if (hasHookRun && this.#kill.signal.aborted)
      await sleep(this.#surroundings.clock, LEAST_GRACE_MS, this.#ended.signal);
    else await aborted(AbortSignal.any([this.#kill.signal, this.#ended.signal]));
    if (!this.#ended.signal.aborted) this.#running.signal("SIGKILL");
    await this.over;
  }

  async #hasRunPreStop(): Promise<boolean> {
    const { container, isReal, say } = this.#surroundings;
    const hook = container.lifecycle?.preStop;
    if (!hook || !isReal || this.#kill.signal.aborted) return false;
    const signal = AbortSignal.any([this.#kill.signal, this.#ended.signal]);
    const outcome = await runHook(hook, this.#target, signal);
    if (outcome.result !== "success" && !this.#ended.signal.aborted)
      say(hookFailed("PreStop", outcome.message));
    return true;
  }
}
