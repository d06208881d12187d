import { readConfig } from "./config.ts";
import { EXIT_USAGE, program } from "./program.ts";
import { UserError } from "./user-error.ts";

const EXIT_FAILURE = 1;
const EXIT_BUG = 70;

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    // Whoever asks twice does not want to wait for the tidying; the sandbox ends with us in any case.
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  });
}

// Nobody reads on (`| head`): there is nothing left to do, and nobody to tell.
process.stdout.on("error", () => stop.abort());

try {
  process.exitCode = await program(process.argv, { config: readConfig(), signal: stop.signal });
} catch (error) {
  process.exitCode = exitCodeOf(error);
  process.stderr.write(`${textOf(error)}\n`);
}

function exitCodeOf(error: unknown): number {
  if (!(error instanceof UserError)) return EXIT_BUG;
  return error.isFailure ? EXIT_FAILURE : EXIT_USAGE;
}

function textOf(error: unknown): string {
  if (error instanceof UserError)
    return `error: ${error.message}${error.hint ? `\n       ${error.hint}` : ""}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
