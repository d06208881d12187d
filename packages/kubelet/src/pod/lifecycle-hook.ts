import type { LifecycleHandler } from "@heliostat/kube";
import { sleep } from "@heliostat/kube";
import { aborted } from "./aborted.ts";
import { attemptHandler, type ProbeTarget } from "./probe-attempt.ts";
import type { ProbeOutcome } from "./probe-tally.ts";

/** Run a `postStart` or `preStop` hook to its end, or until the signal aborts. Never rejects. */
export async function runHook(
  hook: LifecycleHandler,
  target: ProbeTarget,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  return Promise.race([finishedHook(hook, target, signal), cutShort(signal)]);
}

async function finishedHook(
  hook: LifecycleHandler,
  target: ProbeTarget,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  if (!hook.sleep) return attemptHandler(hook, target, signal);
  await sleep(target.clock, hook.sleep.seconds * 1000, signal);
  return { result: "success", message: "" };
}

async function cutShort(signal: AbortSignal): Promise<ProbeOutcome> {
  await aborted(signal);
  return { result: "failure", message: "the hook did not end in time" };
}
