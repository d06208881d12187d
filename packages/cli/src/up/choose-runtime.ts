import type { RayInstallation } from "../ray/find-ray.ts";
import { rayAt, rayOnPath } from "../ray/find-ray.ts";
import { type InstallOptions, privateRay } from "../ray/install-ray.ts";

/** What pods will be. */
export type PodsChoice =
  | { readonly runtime: "sandbox"; readonly ray: RayInstallation; readonly why: string }
  | { readonly runtime: "simulated"; readonly why: string };

export interface ChoiceOptions extends InstallOptions {
  /** A Ray of the user's own. */
  readonly ray: string | undefined;
  readonly simulates: boolean;
  /** Whether rootless sandboxes are possible here, and if not why. */
  canSandbox(): Promise<
    { readonly isPossible: true } | { readonly isPossible: false; readonly reason: string }
  >;
}

/**
 * Decide whether pods are real: they need rootless namespaces and a Ray, which is installed if it has to be.
 *
 * @throws UserError when the Ray that the user named is none
 */
export async function choosePods(options: ChoiceOptions): Promise<PodsChoice> {
  if (options.simulates) return { runtime: "simulated", why: "asked for with --simulate" };
  const sandbox = await options.canSandbox();
  if (!sandbox.isPossible) return { runtime: "simulated", why: sandbox.reason };
  const ray = await findRay(options);
  if ("why" in ray) return { runtime: "simulated", why: `there is no Ray here: ${ray.why}. ${ray.remedy}` };
  return { runtime: "sandbox", ray, why: `real processes, with Ray ${ray.version} of ${ray.python}` };
}

async function findRay(options: ChoiceOptions): Promise<RayInstallation | { why: string; remedy: string }> {
  if (options.ray !== undefined) return rayAt(options.ray);
  return (await rayOnPath(options.searchPath)) ?? privateRay(options);
}
