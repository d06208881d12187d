import { type Backoff, KubeError, type KubeReason } from "@heliostat/kube";

/** What a failed reconcile leads to. */
export interface Retry {
  readonly backoff: Backoff;
  /** How loudly it is said. */
  readonly level: "debug" | "info" | "error";
  /** The server's own wish, which goes before the back-off when it is longer. */
  readonly notBeforeMs?: number;
}

/** Our view was behind; the next look is likely to be right. */
const SOON: Retry = { backoff: { baseMs: 50, maxMs: 5000 }, level: "debug" };
/** The API is in trouble; give it time. */
const LATER: Retry = { backoff: { baseMs: 1000, maxMs: 60_000 }, level: "info" };
/** Trying again changes nothing unless somebody changes something; then we are called anyway, mostly. */
const SELDOM: Retry = { backoff: { baseMs: 30_000, maxMs: 600_000 }, level: "error" };
/** Our own bug. */
const BUG: Retry = { backoff: { baseMs: 1000, maxMs: 300_000 }, level: "error" };

const BY_REASON: Readonly<Record<KubeReason, Retry>> = {
  Conflict: SOON,
  AlreadyExists: SOON,
  NotFound: SOON,
  Gone: SOON,
  Expired: SOON,
  TooManyRequests: LATER,
  Timeout: LATER,
  Unavailable: LATER,
  Internal: LATER,
  Invalid: SELDOM,
  Forbidden: SELDOM,
  Unauthorized: SELDOM,
  BadRequest: SELDOM,
  MethodNotAllowed: SELDOM,
  NotAcceptable: SELDOM,
  RequestEntityTooLarge: SELDOM,
  UnsupportedMediaType: SELDOM,
};

/** When, and how loudly, to look again after `error`. */
export function retryAfter(error: unknown): Retry {
  if (!(error instanceof KubeError)) return BUG;
  const retry = BY_REASON[error.reason];
  const { retryAfterSeconds } = error.options;
  return retryAfterSeconds === undefined ? retry : { ...retry, notBeforeMs: retryAfterSeconds * 1000 };
}
