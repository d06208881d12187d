import type { EventWords } from "@heliostat/controller";
import { type Pod, sleep } from "@heliostat/kube";
import type { PodSandbox, PodVolume, SandboxSpec } from "../runtime/container-runtime.ts";
import { sandboxFailed, volumeFailed } from "./pod-events.ts";
import type { PodHost } from "./pod-host.ts";
import { hostnameOf, type PreparedPod, preparedPod } from "./pod-preparation.ts";

/** A pod that has all that its containers share. */
export interface StartedPod {
  readonly prepared: PreparedPod;
  readonly sandbox: PodSandbox;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 122_000;

/**
 * Make the pod's volumes, then its sandbox, and try again until both are there. Each failure becomes an event.
 *
 * @returns `undefined` when the signal aborts first; a sandbox that has been made by then is returned all the same
 */
export async function startPod(
  pod: Pod,
  host: PodHost,
  signal: AbortSignal,
): Promise<StartedPod | undefined> {
  let delayMs = FIRST_RETRY_MS;
  while (!signal.aborted) {
    const result = await tryToStart(pod, host, signal);
    if ("sandbox" in result) return result;
    if (!signal.aborted) host.events.record(pod, result);
    await sleep(host.clock, delayMs, signal);
    delayMs = Math.min(2 * delayMs, LONGEST_RETRY_MS);
  }
  return undefined;
}

/** What could be made, or why not. */
async function tryToStart(pod: Pod, host: PodHost, signal: AbortSignal): Promise<StartedPod | EventWords> {
  let prepared: PreparedPod;
  try {
    prepared = await preparedPod(pod, host);
    for (const volume of prepared.volumes.values()) await prepareHostPath(volume, host);
  } catch (error) {
    return volumeFailed(messageOf(error));
  }
  if (signal.aborted) return volumeFailed("the pod is to stop");
  try {
    return { prepared, sandbox: await host.runtime.createSandbox(sandboxSpec(pod)) };
  } catch (error) {
    return sandboxFailed(messageOf(error));
  }
}

async function prepareHostPath(volume: PodVolume, { runtime }: PodHost): Promise<void> {
  if (volume.type !== "host") return;
  try {
    await runtime.prepareHostPath?.(volume);
  } catch (cause) {
    throw new Error(`MountVolume.SetUp failed for volume "${volume.name}" : ${messageOf(cause)}`, { cause });
  }
}

function sandboxSpec(pod: Pod): SandboxSpec {
  const { name, namespace = "", uid = "", annotations } = pod.metadata;
  return { name, namespace, uid, hostname: hostnameOf(pod), ...(annotations && { annotations }) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
