import type { RayInstallation } from "../ray/find-ray.ts";
import { rayAt, rayOnPath } from "../ray/find-ray.ts";
import { type InstallOptions, privateRay } from "../ray/install-ray.ts";
import { UserError } from "../user-error.ts";
import type { PodsWish } from "./up-options.ts";

/** What pods will be. */
export type PodsChoice =
  | { readonly runtime: "sandbox" | "process"; readonly ray: RayInstallation; readonly why: string }
  | { readonly runtime: "simulated"; readonly why: string };

export interface ChoiceOptions extends InstallOptions {
  /** A Ray of the user's own. */
  readonly ray: string | undefined;
  /** @default sandboxes where they are possible, else simulated */
  readonly pods?: PodsWish;
  /** Whether rootless sandboxes are possible here, and if not why. */
  canSandbox(): Promise<
    { readonly isPossible: true } | { readonly isPossible: false; readonly reason: string }
  >;
}

/**
 * Decide what pods are. Real ones need a Ray, which is installed if it has to be, and sandboxes rootless namespaces.
 * Plain processes, which nothing isolates, are never chosen for the user.
 *
 * @throws UserError when the Ray that the user named is none, or when what was asked for is not possible here
 */
export async function choosePods(options: ChoiceOptions): Promise<PodsChoice> {
  const { pods } = options;
  if (pods === "simulated") return { runtime: "simulated", why: "asked for with --simulate or --pods" };
  const runtime = pods ?? "sandbox";
  const sandbox = runtime === "process" ? POSSIBLE : await options.canSandbox();
  if (!sandbox.isPossible) return withoutSandboxes(pods, sandbox.reason);
  const ray = await findRay(options);
  if ("why" in ray) return simulatedUnlessAsked(pods, `there is no Ray here: ${ray.why}. ${ray.remedy}`);
  const kind = runtime === "process" ? "plain processes that nothing isolates" : "real processes";
  return { runtime, ray, why: `${kind}, with Ray ${ray.version} of ${ray.python}` };
}

const POSSIBLE = { isPossible: true } as const;

function withoutSandboxes(pods: PodsWish | undefined, reason: string): PodsChoice {
  const alternative = pods === undefined ? "; --pods process would make them plain processes" : "";
  return simulatedUnlessAsked(pods, `${reason}${alternative}`);
}

/** Who named a kind of pods must not get another one without a word. */
function simulatedUnlessAsked(pods: PodsWish | undefined, why: string): PodsChoice {
  if (pods === undefined) return { runtime: "simulated", why };
  const hint = pods === "sandbox" ? "Try --pods process, or --pods simulated" : "Try --pods simulated";
  throw new UserError(`Cannot run pods as asked for with --pods ${pods}: ${why}`, { hint });
}

async function findRay(options: ChoiceOptions): Promise<RayInstallation | { why: string; remedy: string }> {
  if (options.ray !== undefined) return rayAt(options.ray);
  return (await rayOnPath(options.searchPath)) ?? privateRay(options);
}
