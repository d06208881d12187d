import type { Container } from "@heliostat/kube";
import { isSwitchedOn } from "../raycluster/switches.ts";
import { ANNOTATION } from "../vocabulary/annotations.ts";
import { ENV } from "../vocabulary/env-vars.ts";
import { NODE_TYPE } from "../vocabulary/labels.ts";
import type { PodContext, RayPod } from "./pod-context.ts";
import { rayContainer, withRayContainer } from "./ray-container.ts";
import { withContainerResources } from "./resource-params.ts";

/** How every container of ours runs a line of shell. */
export const SHELL: readonly string[] = ["/bin/bash", "-c", "--"];
const LOGIN_SHELL: readonly string[] = ["/bin/bash", "-cl", "--"];

/**
 * Step: the Ray container starts Ray, after whatever command the user has given it. A command that starts Ray by itself
 * is left alone, and so is every command where an annotation says so, which {@link annotations} copies from the cluster.
 */
export function startCommand(pod: RayPod, context: PodContext): RayPod {
  const own = ownCommand(rayContainer(pod));
  if (isSwitchedOn(pod, ANNOTATION.overwriteCommand) || own.includes("ray start")) return pod;
  const generated = `ulimit -n \${${ENV.openFilesLimit}:-65536}; ${rayStartCommand(pod, context)}`;
  const line = own === "" ? generated : `${own} && ${generated}`;
  const command = context.settings.isLoginShell ? LOGIN_SHELL : SHELL;
  return withRayContainer(pod, (container) => ({ ...container, command, args: [line] }));
}

/** The `ray start` of this pod, with blanks where KubeRay has them: users compare and grep these lines. */
export function rayStartCommand(pod: RayPod, { nodeType, startParams }: PodContext): string {
  const params = withContainerResources(startParams, rayContainer(pod).resources);
  const flags = Object.keys(params)
    .sort()
    .map((name) => flag(name, params[name] ?? ""))
    .join("");
  return nodeType === NODE_TYPE.head ? `ray start --head ${flags}` : `ray start ${flags}`;
}

/** The flags of `ray start` that are given a truth value; all others are there or not. */
const FLAGS_WITH_TRUTH_VALUE = ["include-dashboard", "include-log-monitor", "log-color"];

function flag(name: string, value: string): string {
  const truth = value.toLowerCase();
  const isSwitch = (truth === "true" || truth === "false") && !FLAGS_WITH_TRUTH_VALUE.includes(name);
  if (!isSwitch) return ` --${name}=${value} `;
  return truth === "true" ? ` --${name} ` : "";
}

function ownCommand({ command = [], args = [] }: Container): string {
  return [...command, ...args].map((word) => ` ${word} `).join("");
}
