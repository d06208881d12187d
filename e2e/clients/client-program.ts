import type { Cluster } from "./cluster.ts";
import { type ProgramResult, type RunOptions, runProgram } from "./program.ts";

/** A real client program that talks to a cluster. */
export interface ClientProgram {
  run(args: string | readonly string[], options?: Partial<RunOptions>): Promise<ProgramResult>;
  /** What the program prints when it succeeds. @throws Error with its complaint when it does not */
  output(args: string | readonly string[], options?: Partial<RunOptions>): Promise<string>;
}

/** `args` in one text are split at spaces; arguments with spaces of their own go into a list. */
export function clientProgram(
  path: string,
  { home, kubeconfigPath }: Pick<Cluster, "home" | "kubeconfigPath">,
): ClientProgram {
  function run(args: string | readonly string[], options: Partial<RunOptions> = {}): Promise<ProgramResult> {
    const env = { HOME: home, KUBECONFIG: kubeconfigPath, ...options.env };
    return runProgram(path, typeof args === "string" ? args.split(" ") : args, { ...options, env });
  }

  async function output(
    args: string | readonly string[],
    options: Partial<RunOptions> = {},
  ): Promise<string> {
    const { code, stdout, stderr } = await run(args, options);
    if (code !== 0) throw new Error(`Cannot ${[args].flat().join(" ")}: it ended with ${code}: ${stderr}`);
    return stdout;
  }

  return { run, output };
}
