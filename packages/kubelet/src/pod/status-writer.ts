import {
  conditionOf,
  isEqualJson,
  isKubeError,
  type Json,
  type KubeClient,
  nameOf,
  PODS,
  type Pod,
  type PodStatus,
  sleep,
} from "@heliostat/kube";
import type { PodHost } from "./pod-host.ts";

const RETRY_MS = 1000;
/** Fields of the status that the kubelet takes away again when they no longer hold. */
const VANISHING = ["message", "reason", "podIP", "podIPs", "initContainerStatuses"] as const;
/** Directive of a strategic merge patch: the list is what follows, and nothing of what was. */
const REPLACE = { $patch: "replace" } as const;

/**
 * Brings a pod's status to the API: one request at a time, always the newest, nothing when nothing is new. The patch is
 * bound to the pod's uid, so that a namesake never receives it. Conditions that the status does not name stay as they are.
 */
export class StatusWriter {
  readonly #host: Pick<PodHost, "client" | "clock" | "logger">;
  readonly #pod: Pod;
  readonly #closed = new AbortController();
  #wanted: PodStatus | undefined;
  #sent: PodStatus | undefined;
  #writing: Promise<void> | undefined;

  constructor(pod: Pod, host: Pick<PodHost, "client" | "clock" | "logger">) {
    this.#pod = pod;
    this.#host = host;
  }

  /** Returns at once; what is written is the newest status when its turn comes, so that a flurry is one request. */
  write(status: PodStatus): void {
    if (this.#closed.signal.aborted) return;
    this.#wanted = status;
    this.#writing ??= sleep(this.#host.clock, 0, this.#closed.signal)
      .then(() => this.#writeAll())
      .finally(() => {
        this.#writing = undefined;
      });
  }

  /**
   * The API's newest state of the pod: somebody may have spoken for us while we were silent, and is told better. What
   * is merely older than our last word changes nothing.
   */
  see({ status }: Pod): void {
    const said = conditionOf(this.#sent?.conditions, "Ready");
    const heard = conditionOf(status?.conditions, "Ready");
    if (!said || !heard || said.status === heard.status) return;
    if ((heard.lastTransitionTime ?? "") <= (said.lastTransitionTime ?? "")) return;
    this.#sent = undefined;
    if (this.#wanted) this.write(this.#wanted);
  }

  /** Fulfilled when everything has been written, or can no longer be. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  /** Write nothing any more. */
  close(): void {
    this.#closed.abort();
  }

  async #writeAll(): Promise<void> {
    while (!this.#closed.signal.aborted && !isEqualJson(this.#sent, this.#wanted)) {
      const wanted = this.#wanted;
      if (await this.#hasArrived(wanted)) this.#sent = wanted;
      else await sleep(this.#host.clock, RETRY_MS, this.#closed.signal);
    }
  }

  async #hasArrived(status: PodStatus | undefined): Promise<boolean> {
    const { client, logger } = this.#host;
    try {
      await client.patch(PODS, nameOf(this.#pod), patchTo(status, this.#pod));
      return true;
    } catch (error) {
      if (isKubeError(error, "NotFound", "Conflict")) {
        this.close();
        return true;
      }
      logger.error("Cannot write the status of a pod", { pod: nameOf(this.#pod), error });
      return false;
    }
  }
}

/**
 * A strategic merge patch speaks of conditions one by one: those of others, such as `DisruptionTarget` or the gates of
 * readiness, stay as they are even if they came a moment ago. Addresses, which would merge too, are replaced.
 */
function patchTo(status: PodStatus | undefined, { metadata }: Pod): Parameters<KubeClient["patch"]>[2] {
  const absent = Object.fromEntries(VANISHING.map((field) => [field, null]));
  const { conditions = [], podIPs, hostIPs } = status ?? {};
  const own = conditions.map((condition) => ({ reason: null, message: null, ...condition }));
  const replaced = {
    ...(podIPs && { podIPs: [REPLACE, ...podIPs] }),
    ...(hostIPs && { hostIPs: [REPLACE, ...hostIPs] }),
  };
  const body: unknown = {
    metadata: { uid: metadata.uid },
    status: { ...absent, ...status, ...replaced, conditions: own },
  };
  return { subresource: "status", fieldManager: "kubelet", patch: { type: "strategic", body: body as Json } };
}
