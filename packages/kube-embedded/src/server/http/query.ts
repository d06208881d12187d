import { KubeError } from "@heliostat/kube";

const TRUE: ReadonlySet<string> = new Set(["", "1", "t", "T", "true", "TRUE", "True"]);
const FALSE: ReadonlySet<string> = new Set(["0", "f", "F", "false", "FALSE", "False"]);

/** A query parameter as Go's `ParseBool` reads it; the name alone (`?watch`) is true. @throws KubeError `BadRequest` */
export function booleanParameter(query: URLSearchParams, name: string): boolean {
  const text = query.get(name);
  if (text === null || FALSE.has(text)) return false;
  if (TRUE.has(text)) return true;
  throw new KubeError("BadRequest", `Cannot read query parameter "${name}": "${text}" is not a boolean`);
}

/** A whole number; `undefined` when it is absent or empty. @throws KubeError `BadRequest` */
export function integerParameter(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && /^-?\d+$/.test(text)) return value;
  throw new KubeError("BadRequest", `Cannot read query parameter "${name}": "${text}" is not an integer`);
}

/** A text; `undefined` when it is absent or empty. */
export function textParameter(query: URLSearchParams, name: string): string | undefined {
  return query.get(name) || undefined;
}
