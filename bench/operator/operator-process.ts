import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** With these the launcher stays in its process, where the preloaded module is. */
const LAUNCHER_FLAGS = [
  "--conditions=@heliostat/source",
  "--max-semi-space-size=4",
  "--heap-growing-percent=50",
];

/** A `heliostat operator` in a process of its own, so that what it costs can be told from what we cost. */
export class OperatorProcess {
  readonly #child: ChildProcess;

  /** @param preload a module that the operator's process loads first */
  static start(kubeconfigPath: string, preload?: string): OperatorProcess {
    const args = ["bin/heliostat.js", "operator", "--kubeconfig", kubeconfigPath, "--log-level", "error"];
    const loaded = preload === undefined ? [] : ["--import", preload, "--expose-gc", ...LAUNCHER_FLAGS];
    return new OperatorProcess(
      spawn(process.execPath, [...loaded, ...args], {
        cwd: root,
        stdio: ["ignore", "ignore", "inherit", preload === undefined ? "ignore" : "ipc"],
      }),
    );
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  get residentMib(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, "utf8");
    const [, kibibytes = "0"] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
    return Number(kibibytes) / 1024;
  }

  /** CPU time used so far, in milliseconds (in steps of ten). */
  get cpuMs(): number {
    const fields = readFileSync(`/proc/${this.#child.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  /** Ask the preloaded module. */
  async ask<T>(question: string): Promise<T> {
    const answer = new Promise<T>((resolve) => this.#child.once("message", resolve));
    this.#child.send(question);
    return answer;
  }

  async stop(): Promise<void> {
    const exit = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGTERM");
    await exit;
  }
}
