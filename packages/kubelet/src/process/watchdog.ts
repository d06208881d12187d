import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface WatchdogSettings {
  /** Of everything that the node starts. */
  readonly tag: string;
  /** What pods write: goes with them. */
  readonly folder: string;
}

/**
 * A process that outlives heliostat by a moment: it reads a pipe that heliostat holds, and when that closes, `kill -9`
 * included, it ends all processes of the node and removes their folder.
 */
export class Watchdog {
  /** Resolves when the watchdog has ended, on request or not. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.ended = new Promise((resolve) => {
      child.on("exit", () => resolve()).on("error", () => resolve());
    });
  }

  /** A session of its own keeps the terminal's Ctrl-C away. */
  static start(settings: WatchdogSettings): Watchdog {
    const child = spawn(process.execPath, [program()], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
    });
    child.stdin.on("error", ignoreBreak);
    const watchdog = new Watchdog(child);
    watchdog.#write(JSON.stringify(settings));
    return watchdog;
  }

  /** The leader of a session that has begun. */
  add(leader: number): void {
    this.#write(`+${leader}`);
  }

  /** The session is over, and its number may soon be another's. */
  remove(leader: number): void {
    this.#write(`-${leader}`);
  }

  /** End everything now. */
  async close(): Promise<void> {
    this.#child.stdin?.end();
    await this.ended;
  }

  #write(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }
}

/** The room runs from its sources as well as built. */
function program(): string {
  const isSource = import.meta.url.endsWith(".ts");
  const source = import.meta.resolve("./run-watchdog.ts");
  return fileURLToPath(isSource ? source : source.replace(/\.ts$/, ".js"));
}

/** That it has ended is told elsewhere. */
function ignoreBreak(): void {}
