import type { EventWords } from "@heliostat/controller";
import type { Pod } from "@heliostat/kube";
import type { ProbeKind } from "./probe-tally.ts";

/*
 * The kubelet's events, in the words that people search for. Of one reason and action ten notes are told apart, so
 * events that are not repeats of each other differ in one of them.
 */

export function imageIsThere(image: string, standIn: string): EventWords {
  const note = `Container image "${image}" already present on machine: ${standIn}`;
  return { reason: "Pulled", action: "Pull", note };
}

export function imageIsUnknown(image: string, why: string): EventWords {
  return warning("Failed", "Pull", `Failed to pull image "${image}": ${why}`);
}

export function pullBackOff(image: string): EventWords {
  return { reason: "BackOff", action: "Pull", note: `Back-off pulling image "${image}"` };
}

/** What the state of the container says, once more. */
export function imageError(reason: "ErrImagePull" | "ImagePullBackOff"): EventWords {
  return warning("Failed", reason, `Error: ${reason}`);
}

export function containerCreated(name: string): EventWords {
  return { reason: "Created", action: "Create", note: `Created container: ${name}` };
}

export function containerStarted(name: string): EventWords {
  return { reason: "Started", action: "Start", note: `Started container ${name}` };
}

export function containerFailed(why: string): EventWords {
  return warning("Failed", "Start", `Error: ${why}`);
}

export function containerStopping(name: string): EventWords {
  return { reason: "Killing", action: "Kill", note: `Stopping container ${name}` };
}

export function containerUnfit(name: string, probe: "startup" | "liveness"): EventWords {
  const note = `Container ${name} failed ${probe} probe, will be restarted`;
  return { reason: "Killing", action: "Restart", note };
}

export function containerNotBegun(): EventWords {
  return { reason: "Killing", action: "Begin", note: "FailedPostStartHook" };
}

export function restartBackOff(name: string, { metadata }: Pod): EventWords {
  const pod = `${metadata.name}_${metadata.namespace}(${metadata.uid})`;
  return warning("BackOff", "Restart", `Back-off restarting failed container ${name} in pod ${pod}`);
}

export function probeFailed(kind: ProbeKind, message: string): EventWords {
  return warning("Unhealthy", `Probe${capitalised(kind)}`, `${capitalised(kind)} probe failed: ${message}`);
}

export function probeErrored(kind: ProbeKind, message: string): EventWords {
  return warning(
    "Unhealthy",
    `TryProbe${capitalised(kind)}`,
    `${capitalised(kind)} probe errored: ${message}`,
  );
}

export function hookFailed(hook: "PostStart" | "PreStop", message: string): EventWords {
  return warning(`Failed${hook}Hook`, "Start", `${hook}Hook failed: ${message}`);
}

export function volumeFailed(why: string): EventWords {
  return warning("FailedMount", "Mount", why);
}

export function sandboxFailed(why: string): EventWords {
  return warning("FailedCreatePodSandBox", "Create", `Failed to create pod sandbox: ${why}`);
}

export function deadlineExceeded(message: string): EventWords {
  return { reason: "DeadlineExceeded", action: "Kill", note: message };
}

/** The same event, about one container of a pod. */
export function aboutContainer(words: EventWords, name: string, pod: Pod): EventWords {
  const isInit = pod.spec?.initContainers?.some((container) => container.name === name) ?? false;
  return { ...words, fieldPath: `spec.${isInit ? "initContainers" : "containers"}{${name}}` };
}

function warning(reason: string, action: string, note: string): EventWords {
  return { type: "Warning", reason, action, note };
}

function capitalised(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
