import {
  interceptedClient,
  isKubeError,
  type KubeClient,
  type KubeRequest,
  STATUS_CODE,
} from "@heliostat/kube";

/** One call of the port that has ended. */
export interface CallSeen {
  readonly verb: KubeRequest["verb"];
  /** `pods`, `rayclusters/status` */
  readonly resource: string;
  /** HTTP status; 0 when there was no answer. */
  readonly code: number;
  readonly isWrite: boolean;
  readonly durationMs: number;
}

export interface CallObserver {
  nowMs(): number;
  onCall(seen: CallSeen): void;
}

/** The same client; whoever wants to know is told of each call but watches, which may last for hours. */
export function watchedClient(client: KubeClient, { nowMs, onCall }: CallObserver): KubeClient {
  return interceptedClient(client, async ({ verb, resource: { plural }, subresource }, send) => {
    const startMs = nowMs();
    let code: number = verb === "create" ? 201 : 200;
    try {
      return await send();
    } catch (error) {
      code = isKubeError(error) ? STATUS_CODE[error.reason] : 0;
      throw error;
    } finally {
      const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
      const isWrite = verb !== "get" && verb !== "list";
      onCall({ verb, resource, code, isWrite, durationMs: nowMs() - startMs });
    }
  });
}
