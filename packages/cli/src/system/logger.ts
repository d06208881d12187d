import { isKubeError, type LogFields, type Logger } from "@heliostat/kube";
import { pino } from "pino";

export type LogLevel = "debug" | "info" | "error" | "silent";

export const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "error", "silent"];

/** One JSON object a line on standard error, so that standard output stays what was asked for. */
export function stderrLogger(level: LogLevel): Logger {
  const log = pino({ level, base: null, serializers: { error: told } }, pino.destination(2));
  return {
    debug: (message, fields) => log.debug(fields ?? {}, message),
    info: (message, fields) => log.info(fields ?? {}, message),
    error: (message, fields: LogFields = {}) => log.error(fields, message),
  };
}

/** What the API refused says it all in its own words; of anything else somebody wants to know where it was thrown. */
function told(error: unknown): unknown {
  if (isKubeError(error)) return { reason: error.reason, message: error.message };
  return error instanceof Error ? pino.stdSerializers.err(error) : error;
}
