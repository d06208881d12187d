import { timestamp } from "@heliostat/kube";
import type { Cluster } from "../clusters/directory.ts";
import type { PodFacts } from "../clusters/pod-cache.ts";
import { ANNOTATION } from "../vocabulary.ts";
import { badRequest } from "./body-fields.ts";
import { momentMs } from "./moment.ts";
import type { Ground } from "./operation.ts";
import { assertHasHead, headName } from "./restart-cluster.ts";

export interface HeadStatus {
  readonly status: "restarted_and_ready" | "restarted_but_not_ready" | "not_restarted" | "head_pod_not_found";
  readonly isRestarted: boolean;
  readonly isReady: boolean;
  /** Its name, or the one that it would have. */
  readonly name: string;
  readonly pod?: PodFacts;
}

export interface HeadQuestion {
  /** See {@link startedAtMs}. */
  readonly sinceMs: number;
  /** A pod that is known to be the old one. */
  readonly previousUid?: string | undefined;
}

/**
 * Whether the head is a newer one than asked, and ready. Newer: not older than the moment, in whole seconds, and neither
 * the pod that the caller knows nor the one that was last asked to go.
 */
export function headStatus(ground: Ground, cluster: Cluster, question: HeadQuestion): HeadStatus {
  assertHasHead(cluster);
  const pod = ground.directory.head(cluster);
  if (!pod)
    return { status: "head_pod_not_found", isRestarted: false, isReady: false, name: headName(cluster) };
  const isRestarted =
    isSince(pod, question.sinceMs) && pod.uid !== question.previousUid && pod.uid !== lastRestarted(cluster);
  const isReady = pod.isReady && !pod.isTerminating;
  const status = isRestarted
    ? isReady
      ? "restarted_and_ready"
      : "restarted_but_not_ready"
    : "not_restarted";
  return { status, isRestarted, isReady, name: pod.name, pod };
}

/** @throws ScalerError `bad_request` in the words that clients know */
export function startedAtMs(text: unknown, name = "started_at"): number {
  const ms = momentMs(text);
  if (ms !== undefined) return ms;
  throw badRequest(`${name} (ISO-8601) is required`);
}

/** Whether a pod was created at or after the moment. */
export function isSince({ createdAt }: PodFacts, sinceMs: number): boolean {
  return (momentMs(createdAt) ?? 0) >= sinceMs;
}

/** The body that clients of the status route know. */
export function headStatusBody(
  ground: Ground,
  { status, isRestarted, isReady, name, pod }: HeadStatus,
  sinceMs: number,
): Readonly<Record<string, unknown>> {
  return {
    ok: isRestarted && isReady,
    restarted: isRestarted,
    ready: isReady,
    status,
    namespace: ground.directory.namespace,
    pod: name,
    creationTimestamp: pod?.createdAt ?? null,
    started_at: timestamp(sinceMs),
    evaluated_with: "started_at",
    pod_uid: pod?.uid ?? null,
  };
}

/** The uid of the pod that was last asked to go; `undefined` when nobody was, or somebody has written nonsense. */
function lastRestarted({ object }: Cluster): string | undefined {
  try {
    const text = object.metadata.annotations?.[ANNOTATION.lastRestart] ?? "null";
    return (JSON.parse(text) as { readonly pod?: string } | null)?.pod;
  } catch {
    return undefined;
  }
}
