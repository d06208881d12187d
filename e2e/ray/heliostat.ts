import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** One line of `--json`. */
export interface UpEvent {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** How long a program may take to end in good order. */
const PATIENCE_MS = 30_000;

const root: string = join(import.meta.dirname, "..", "..");

/** A running `heliostat up --json`, in a state folder of its own. */
export class Heliostat {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly events: UpEvent[] = [];
  /** The exit code; 128 + n after signal n, as a shell says it. */
  readonly exit: Promise<number>;
  #wake: () => void = () => {};
  #stderr = "";

  constructor(args: readonly string[], command = "up") {
    this.folder = mkdtempSync(join(tmpdir(), "heliostat-e2e-"));
    const flags = ["--json", "--data-dir", join(this.folder, "state"), ...args];
    this.child = spawn(process.execPath, [join(root, "bin/heliostat.js"), command, ...flags], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.exit = new Promise((resolve) => {
      this.child.once("exit", (code, signal) => resolve(code ?? (signal === "SIGKILL" ? 137 : 143)));
    });
    void this.#read();
    this.child.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
  }

  get kubeconfig(): string {
    return join(this.folder, "state", "kubeconfig");
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** The first event, past or to come, that `matches`. */
  async until(matches: (event: UpEvent) => boolean): Promise<UpEvent> {
    for (;;) {
      const found = this.events.find(matches);
      if (found) return found;
      const ended = await Promise.race([
        this.exit,
        new Promise<undefined>((resolve) => (this.#wake = () => resolve(undefined))),
      ]);
      if (ended !== undefined && !this.events.some(matches)) {
        throw new Error(`heliostat ended with ${ended} before it said what was awaited\n${this.#stderr}`);
      }
    }
  }

  /** End it by a signal and wait for that. */
  async stop(signal: NodeJS.Signals = "SIGINT"): Promise<number> {
    this.child.kill(signal);
    return this.exit;
  }

  /**
   * End it whatever its state, and remove its folder. It is given the time to end in good order: what a killed one leaves
   * to the kernel is still there for a moment, and the next test would count it.
   */
  async cleanUp(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const patience = setTimeout(() => this.child.kill("SIGKILL"), PATIENCE_MS);
      await this.stop("SIGTERM");
      clearTimeout(patience);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #read(): Promise<void> {
    if (!this.child.stdout) return;
    for await (const line of createInterface(this.child.stdout)) {
      this.events.push(JSON.parse(line));
      this.#wake();
    }
  }
}

/** What a machine holds that a sandbox could leave behind: processes, namespaces, mounts, listening sockets. */
export function machineTraces(): Readonly<Record<string, readonly string[]>> {
  return {
    processes: commandLines().filter(
      (line) => /ray|unshare|supervisor/.test(line) && !line.includes("vitest"),
    ),
    namespaces: namespaces(),
    mounts: readFileSync("/proc/mounts", "utf8").trim().split("\n").sort(),
    listeners: execFileSync("ss", ["-lntxH"], { encoding: "utf8" })
      .split("\n")
      .filter((line) => /heliostat|10\.244|:(6379|8265|52365)\b/.test(line))
      .sort(),
  };
}

function commandLines(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const text = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        return text === "" ? [] : [text];
      } catch {
        return [];
      }
    })
    .sort();
}

function namespaces(): string[] {
  const kinds = execFileSync("lsns", ["--noheadings", "--output", "NS,TYPE"], { encoding: "utf8" });
  return kinds
    .trim()
    .split("\n")
    .map((line) => line.trim())
    .sort();
}
