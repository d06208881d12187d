/** Where a room writes what helps whoever runs it. The message is a constant sentence; what varies goes into `fields`. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, unknown>>;

/** A logger that says nothing: the default of everything that takes one. */
export const SILENT: Logger = { debug: ignore, info: ignore, error: ignore };

function ignore(): void {}
