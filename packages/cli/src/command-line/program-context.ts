import type { Config } from "../config.ts";

/** What every command is given of the outside. */
export interface ProgramContext {
  readonly config: Config;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
}
