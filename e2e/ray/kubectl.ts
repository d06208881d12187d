import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";

const binary = join(import.meta.dirname, "../../.cache/tools/kubectl-1.35");

/** The pinned kubectl, with a home of its own beside its kubeconfig. */
export class Kubectl {
  readonly #env: NodeJS.ProcessEnv;

  constructor(kubeconfig: string) {
    const home = join(dirname(kubeconfig), "home");
    mkdirSync(home, { recursive: true });
    this.#env = { PATH: process.env["PATH"], HOME: home, KUBECONFIG: kubeconfig };
  }

  /** What it prints. @throws Error with its complaint */
  run(...args: readonly string[]): string {
    return execFileSync(binary, args, {
      encoding: "utf8",
      env: this.#env,
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  exitCode(...args: readonly string[]): number | null {
    return spawnSync(binary, args, { env: this.#env }).status;
  }

  /** `kubectl edit` by somebody who types a sed script. */
  edit(script: string, ...target: readonly string[]): void {
    const env = { ...this.#env, KUBE_EDITOR: `sed -i -e '${script}'` };
    execFileSync(binary, ["edit", ...target], { env, stdio: ["ignore", "pipe", "pipe"] });
  }
}
