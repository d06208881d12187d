import type { LogFields, Logger } from "@heliostat/kube";
import { pino } from "pino";

export type LogLevel = "debug" | "info" | "error" | "silent";

export const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "error", "silent"];

/** One JSON object a line on standard error, so that standard output stays what was asked for. */
export function stderrLogger(level: LogLevel): Logger {
  const log = pino(
    { level, base: null, serializers: { error: pino.stdSerializers.err } },
    pino.destination(2),
  );
  return {
    debug: (message, fields) => log.debug(fields ?? {}, message),
    info: (message, fields) => log.info(fields ?? {}, message),
    error: (message, fields: LogFields = {}) => log.error(fields, message),
  };
}
