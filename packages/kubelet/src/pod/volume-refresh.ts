import { type Pod, sleep } from "@heliostat/kube";
import type { FilesVolume, PodVolume } from "../runtime/container-runtime.ts";
import { volumeFailed } from "./pod-events.ts";
import type { PodHost } from "./pod-host.ts";
import { type PreparedPod, preparedPod } from "./pod-preparation.ts";
import type { StartedPod } from "./pod-start.ts";

export interface VolumeRefresh {
  readonly host: PodHost;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** As the API has it. */
  pod(): Pod;
  /** What containers that start from now on are to find. */
  onPrepared(prepared: PreparedPod): void;
}

/** So late may a file be (Kubernetes: the kubelet's sync frequency). */
const SYNC_MS = 60_000;

/**
 * Let the files in a pod's volumes follow the config maps, secrets, fields and tokens that they show. What cannot be
 * had any more stays as it was, and an event says why.
 */
export async function refreshVolumes(started: StartedPod, refresh: VolumeRefresh): Promise<void> {
  const { host, signal } = refresh;
  let { prepared } = started;
  if (![...prepared.volumes.values()].some(isOfFiles)) return;
  while (!signal.aborted) {
    await sleep(host.clock, SYNC_MS, signal);
    if (!signal.aborted) prepared = await refreshed({ ...started, prepared }, refresh);
  }
}

/** What the files are now: the same as before when something is missing. */
async function refreshed(
  { sandbox, prepared }: StartedPod,
  { host, signal, pod, onPrepared }: VolumeRefresh,
): Promise<PreparedPod> {
  try {
    const next = await preparedPod(pod(), host, prepared.tokens);
    onPrepared(next);
    for (const volume of changedVolumes(prepared, next)) await sandbox.updateFiles(volume);
    return next;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (!signal.aborted) host.events.record(pod(), volumeFailed(why));
    return prepared;
  }
}

function changedVolumes(before: PreparedPod, now: PreparedPod): readonly FilesVolume[] {
  return [...now.volumes.values()].filter(isOfFiles).filter((volume) => {
    const old = before.volumes.get(volume.name);
    return old === undefined || !isOfFiles(old) || !hasSameFiles(old, volume);
  });
}

function isOfFiles(volume: PodVolume): volume is FilesVolume {
  return volume.type === "files";
}

function hasSameFiles({ files: left }: FilesVolume, { files: right }: FilesVolume): boolean {
  if (left.length !== right.length) return false;
  return left.every(({ path, mode, content }, index) => {
    const other = right[index];
    return other?.path === path && other.mode === mode && Buffer.compare(content, other.content) === 0;
  });
}
