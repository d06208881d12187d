import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { LAUNCHER_FLAGS } from "../launcher-flags.ts";
import { cpuMsOf, residentMibOf } from "../process-usage.ts";

const root = join(import.meta.dirname, "../..");

const OPERATOR_FLAGS = [...LAUNCHER_FLAGS, "--heap-growing-percent=50"];

/** A `heliostat operator` in a process of its own, so that what it costs can be told from what we cost. */
export class OperatorProcess {
  readonly #child: ChildProcess;

  /** @param preload a module that the operator's process loads first */
  static start(kubeconfigPath: string, preload?: string): OperatorProcess {
    const args = ["bin/heliostat.js", "operator", "--kubeconfig", kubeconfigPath, "--log-level", "error"];
    const loaded = preload === undefined ? [] : ["--import", preload, "--expose-gc", ...OPERATOR_FLAGS];
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
    return residentMibOf(this.#child);
  }

  /** CPU time used so far, in milliseconds (in steps of ten). */
  get cpuMs(): number {
    return cpuMsOf(this.#child);
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
