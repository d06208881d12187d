import { spawn } from "node:child_process";

export interface RunOptions {
  /** Ends the program when it aborts. */
  readonly signal?: AbortSignal;
  /** Receives each line of output, both streams, as it comes. */
  readonly onLine?: (line: string) => void;
  /** Ends the program after this long. @default none */
  readonly timeoutMs?: number;
}

export interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run a program to its end. Never throws for its exit code; a program that cannot be started counts as 127. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const { signal, onLine, timeoutMs } = options;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe"],
      ...(signal && { signal }),
      ...(timeoutMs !== undefined && { timeout: timeoutMs }),
    });
    const text = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      const lines = lineSplitter(onLine);
      child[stream].setEncoding("utf8").on("data", (chunk: string) => {
        text[stream] += chunk;
        lines(chunk);
      });
    }
    child.on("error", (error) => resolve({ exitCode: 127, stdout: text.stdout, stderr: error.message }));
    child.on("close", (code) => resolve({ exitCode: code ?? 1, ...text }));
  });
}

/** A function that takes chunks of text and calls `onLine` with every line that is complete. */
export function lineSplitter(onLine: ((line: string) => void) | undefined): (chunk: string) => void {
  let rest = "";
  return (chunk) => {
    if (!onLine) return;
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  };
}
