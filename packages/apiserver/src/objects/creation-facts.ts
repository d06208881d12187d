import type { ApiVersion } from "../handlers.ts";

/** What an object records of its making, beside what the request says. */
export interface CreationFacts {
  readonly nowMs: number;
  readonly version: ApiVersion;
  /** What a minimum of 0 workers means. @default as the version has it */
  readonly zeroMinimum?: "replicas" | "zero";
  /** Ray's version where a request names none. */
  readonly defaultRayVersion: string;
  /** The caller as a label may hold it; `""` where callers are not known. Taken where a request names no user. */
  readonly callerName: string;
  readonly callerAnnotations: Readonly<Record<string, string>>;
}
