import type { LogFields, Logger } from "@heliostat/kube";

/** A logger that adds `fields` to every line. */
export function loggerWith(logger: Logger, fields: LogFields): Logger {
  return {
    debug: (message, more) => logger.debug(message, { ...fields, ...more }),
    info: (message, more) => logger.info(message, { ...fields, ...more }),
    error: (message, more) => logger.error(message, { ...fields, ...more }),
  };
}
