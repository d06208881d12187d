import { isKubeError, type KubeClient, type Resource, STATUS_CODE } from "@heliostat/kube";

/** One call of the port that has ended. */
export interface CallSeen {
  readonly verb: "get" | "list" | "create" | "update" | "patch" | "apply" | "delete";
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
export function watchedClient(client: KubeClient, observer: CallObserver): KubeClient {
  const seen = <T>(what: Call, work: Promise<T>): Promise<T> => observed(what, work, observer);
  return {
    get: (resource, name, options) => seen({ verb: "get", resource }, client.get(resource, name, options)),
    list: (resource, options) => seen({ verb: "list", resource }, client.list(resource, options)),
    watch: (resource, options) => client.watch(resource, options),
    create: (resource, object, options) =>
      seen({ verb: "create", resource, ...options }, client.create(resource, object, options)),
    update: (resource, object, options) =>
      seen({ verb: "update", resource, ...options }, client.update(resource, object, options)),
    patch: (resource, name, options) =>
      seen({ verb: "patch", resource, ...options }, client.patch(resource, name, options)),
    apply: (resource, object, options) =>
      seen({ verb: "apply", resource, ...options }, client.apply(resource, object, options)),
    delete: (resource, name, options) =>
      seen({ verb: "delete", resource }, client.delete(resource, name, options)),
  };
}

interface Call {
  readonly verb: CallSeen["verb"];
  readonly resource: Pick<Resource, "plural">;
  readonly subresource?: string;
}

async function observed<T>(call: Call, work: Promise<T>, { nowMs, onCall }: CallObserver): Promise<T> {
  const startMs = nowMs();
  let code: number = call.verb === "create" ? 201 : 200;
  try {
    return await work;
  } catch (error) {
    code = isKubeError(error) ? STATUS_CODE[error.reason] : 0;
    throw error;
  } finally {
    const { verb, subresource } = call;
    const resource = `${call.resource.plural}${subresource ? `/${subresource}` : ""}`;
    const isWrite = verb !== "get" && verb !== "list";
    onCall({ verb, resource, code, isWrite, durationMs: nowMs() - startMs });
  }
}
