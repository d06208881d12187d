import { spawn } from "node:child_process";

export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  /** The same, byte for byte. */
  readonly bytes: Buffer;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** Leave the input open until the program ends. @default false */
  readonly keepsInputOpen?: boolean;
  /** End it, as Ctrl-C would, when its output fulfils this. */
  readonly until?: (stdout: string) => boolean;
}

/** Run a program to its end. It must not block this process, which is what it talks to. */
export function runProgram(
  path: string,
  args: readonly string[],
  { env, input = "", keepsInputOpen = false, until }: RunOptions,
): Promise<ProgramResult> {
  const child = spawn(path, args, { env: { PATH: process.env["PATH"] ?? "", ...env } });
  const chunks: Buffer[] = [];
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    stdout += chunk.toString();
    if (until?.(stdout)) child.kill("SIGINT");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin.on("error", () => undefined);
  child.stdin.write(input);
  if (!keepsInputOpen) child.stdin.end();
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, stdout, bytes: Buffer.concat(chunks), stderr }));
  });
}
