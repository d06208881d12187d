import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..");

/** The program `heliostat` in a process of its own. */
export interface HeliostatProcess {
  readonly pid: number;
  /** What it has written to its log so far. */
  log(): string;
  /** The first line that it prints to standard output. @throws Error when it ends before */
  firstLine(): Promise<string>;
  /** Let it stand still, and go on. */
  pause(): void;
  resume(): void;
  /** Send a signal, and wait for the end. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
}

export function startHeliostat(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): HeliostatProcess {
  const child = spawn(
    process.execPath,
    ["--conditions=@heliostat/source", join(ROOT, "bin", "heliostat.js"), ...args],
    { env: { PATH: process.env["PATH"] ?? "", ...env }, stdio: ["ignore", "pipe", "pipe"] },
  );
  let log = "";
  child.stdout.pause();
  child.stderr.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  return {
    pid: child.pid ?? 0,
    log: () => log,
    firstLine: () => firstLineOf(child, () => log),
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    },
  };
}

async function firstLineOf(child: ChildProcess, log: () => string): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    const end = text.indexOf("\n");
    if (end >= 0) {
      child.stdout?.resume();
      return text.slice(0, end);
    }
  }
  throw new Error(`Cannot read what heliostat says: it has ended\n${log()}`);
}
