import {
  isEqualJson,
  isTerminating,
  type KubeObject,
  keyOf,
  nameOf,
  PODS,
  type Pod,
  type Resource,
} from "@heliostat/kube";
import { CLUSTER_STATE, CONDITION, LABEL, RAY_CLUSTERS, type RayCluster } from "@heliostat/ray";
import { byLabel } from "@heliostat/watch-cache";
import type { Applied } from "../manifests/apply-manifests.ts";
import type { ClusterSnapshot } from "../output/up-event.ts";
import { UserError } from "../user-error.ts";
import { clusterSnapshot, whyNotUp } from "./cluster-snapshot.ts";
import { WatchedObjects, type WatchedOptions } from "./watched-objects.ts";

export interface AwaitOptions extends WatchedOptions {
  /** 0: as long as it takes. */
  readonly timeoutSeconds: number;
  readonly onSnapshot: (snapshot: ClusterSnapshot) => void;
}

/**
 * Resolve with the cluster once its `state` is `ready` and its pods are, telling every change on the way; with
 * `undefined` when the signal aborts.
 *
 * @throws UserError when it takes too long, or when the cluster is deleted meanwhile
 */
export function untilClusterReady(
  cluster: RayCluster,
  options: AwaitOptions,
): Promise<RayCluster | undefined> {
  const key = keyOf(nameOf(cluster));
  let told: ClusterSnapshot | undefined;
  return lookUntil([RAY_CLUSTERS as unknown as Resource, PODS as unknown as Resource], options, (objects) => {
    const now = objects.of(RAY_CLUSTERS).get(key);
    if (!now) throw new UserError(`Cannot wait for RayCluster ${key}: it was deleted`);
    const pods = objects.of(PODS).byIndex(byLabel(LABEL.cluster), key);
    const snapshot = clusterSnapshot(now, pods);
    if (!isEqualJson(snapshot, told)) options.onSnapshot(snapshot);
    told = snapshot;
    // The state stays what it was while its pods come back from a reboot.
    const isUp = pods.filter((pod) => !isTerminating(pod)).every(isObjectReady);
    if (isUp && now.status?.state === CLUSTER_STATE.ready) return { done: now };
    return { waitingFor: `RayCluster ${key} (${whatIsMissing(snapshot)})` };
  });
}

/** Resolve once everything that was applied is ready: pods and whatever has conditions; the rest is by being there. */
export async function untilAllReady(applied: readonly Applied[], options: AwaitOptions): Promise<void> {
  const resources = [...new Set(applied.map(({ resource }) => resource))];
  await lookUntil(resources, options, (objects) => {
    for (const { object, resource } of applied) {
      const key = keyOf(nameOf(object));
      const now = objects.of(resource).get(key);
      if (now && isObjectReady(now)) continue;
      const why = now?.kind === "Pod" ? whyNotUp(now as Pod) : "";
      return { waitingFor: `${resource.kind} ${key}${why && ` (${why})`}` };
    }
    return { done: true };
  });
}

/** Whether a pod runs and is ready, and any other object says of itself that it is `Ready` or `Available`. */
export function isObjectReady(object: KubeObject): boolean {
  const { status } = object as { status?: Pod["status"] };
  if (object.kind === "Pod" && status?.phase === "Succeeded") return true;
  const verdicts = (status?.conditions ?? []).filter(({ type }) => type === "Ready" || type === "Available");
  if (object.kind === "Pod" && verdicts.length === 0) return false;
  return verdicts.every((condition) => condition.status === "True");
}

type Look<T> = { readonly done: T } | { readonly waitingFor: string };

/** Look at these resources now and after every change, until a look is satisfied, the time is up, or the signal aborts. */
async function lookUntil<T>(
  resources: readonly Resource[],
  options: AwaitOptions,
  look: (objects: WatchedObjects) => Look<T>,
): Promise<T | undefined> {
  const { clock, timeoutSeconds } = options;
  const end = new AbortController();
  const signal = AbortSignal.any([options.signal, end.signal]);
  const objects = new WatchedObjects(resources, { ...options, signal });
  const timer = timeoutSeconds === 0 ? undefined : clock.after(timeoutSeconds * 1000, () => objects.ring());
  const endMs = timer ? clock.now() + timeoutSeconds * 1000 : Number.POSITIVE_INFINITY;
  try {
    await objects.synced();
    while (!signal.aborted) {
      const seen = look(objects);
      if ("done" in seen) return seen.done;
      if (clock.now() >= endMs) throw tooLate(timeoutSeconds, seen.waitingFor);
      await objects.changed();
    }
    return undefined;
  } finally {
    timer?.cancel();
    end.abort();
  }
}

function tooLate(timeoutSeconds: number, waitingFor: string): UserError {
  return new UserError(`Gave up after ${timeoutSeconds} s waiting for ${waitingFor}`, {
    hint: "Give it longer with --timeout, or look closer without --exit: heliostat explain raycluster NAME",
    isFailure: true,
  });
}

/** Conditions that hold the operator's own sentence, while they are true. */
const TELLING: ReadonlySet<string> = new Set([CONDITION.degraded, CONDITION.progressing]);

/** The first thing in the way, in as few words as there are. */
function whatIsMissing({ pods, conditions }: ClusterSnapshot): string {
  const troubled = pods.find(({ why }) => why !== "");
  if (troubled) return `${troubled.name}: ${troubled.why}`;
  const why = conditions.find(
    ({ type, status, message }) => TELLING.has(type) && status === "True" && message,
  );
  if (why) return why.message;
  const unmet = conditions.find(({ status, message }) => status === "False" && message !== "");
  return unmet ? `${unmet.type}: ${unmet.message}` : "nothing is known yet";
}
