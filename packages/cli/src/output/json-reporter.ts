import type { Reporter } from "./up-event.ts";

/** One JSON object a line, for machines. */
export function jsonReporter(write: (text: string) => void): Reporter {
  return {
    tell: (event) => write(`${JSON.stringify(event)}\n`),
    close: () => {},
  };
}
