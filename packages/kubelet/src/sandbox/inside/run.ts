import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

/** Run a program to its end. @throws Error with what it complained about */
export async function run(program: string, args: readonly string[], input = ""): Promise<void> {
  const child = spawn(program, args, { stdio: ["pipe", "ignore", "pipe"] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  });
  child.stdin.on("error", ignoreBrokenPipe).end(input);
  const [complaint, code] = await Promise.all([text(child.stderr), ended]);
  if (code !== 0) throw new Error(`${program} failed: ${complaint.trim() || `exit code ${code}`}`);
}

/** A program that ends without reading its input tells why in its own way. */
function ignoreBrokenPipe(): void {}
