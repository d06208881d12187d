import { InvalidArgumentError, Option } from "commander";
import { LOG_LEVELS, type LogLevel } from "../system/logger.ts";

/** How much is logged. */
export function logLevelOption(standard: LogLevel): Option {
  return new Option("--log-level <level>", "how much goes to standard error")
    .choices(LOG_LEVELS)
    .default(standard);
}

/** @throws InvalidArgumentError, which commander shows */
export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("Want a whole number, 0 or more.");
  return Number(text);
}

/** @throws InvalidArgumentError, which commander shows */
export function positiveNumber(text: string): number {
  const number = wholeNumber(text);
  if (number === 0) throw new InvalidArgumentError("Want a whole number, 1 or more.");
  return number;
}

/** @throws InvalidArgumentError, which commander shows */
export function portNumber(text: string): number {
  const port = wholeNumber(text);
  if (port > 65_535) throw new InvalidArgumentError("Want a port, 0 to 65535.");
  return port;
}

/** `127.0.0.1:8080`, `[::1]:8080`; without a host, as in `:8080`, every address (Go's convention). */
export function listenAddress(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d+)$/.exec(text);
  if (!match) throw new InvalidArgumentError("Want HOST:PORT, such as 127.0.0.1:8080 or :8080.");
  const [, bracketed, plain, port = ""] = match;
  return { host: bracketed || plain || "0.0.0.0", port: portNumber(port) };
}

/** `a, b,c` */
export function commaSeparated(text: string): readonly string[] {
  return text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
}
