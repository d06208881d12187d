import { type ByteStream, KubeError, type Pod } from "@heliostat/kube";
import type { ResourceCall } from "../routes/resource-call.ts";

/** Connections into one pod. */
export interface ForwardTarget {
  /** @throws KubeError in the words that the caller is told */
  connect(port: number): Promise<ByteStream>;
}

/** @throws KubeError `BadRequest` when the pod is on no node */
export function forwardTarget({ served }: ResourceCall, { metadata, spec }: Pod): ForwardTarget {
  const { name, namespace = "", uid = "" } = metadata;
  if (!spec?.nodeName) throw new KubeError("BadRequest", `pod ${name} does not have a host assigned`);
  return {
    async connect(port) {
      try {
        return await served.node.connect({ name, namespace }, port, { includesLoopback: true });
      } catch (cause) {
        const why = cause instanceof KubeError ? cause.message : "internal error";
        const message = `error forwarding port ${port} to pod ${name}, uid ${uid}: ${why}`;
        throw new KubeError("Unavailable", message, { cause });
      }
    },
  };
}

/** @throws KubeError `BadRequest` */
export function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port;
  throw new KubeError("BadRequest", `unable to parse "${text}" as a port`);
}
