/** Why the API said no. A closed set: whoever catches a {@link KubeError} branches on this and never on its text. */
export type KubeReason =
  | "BadRequest"
  | "Unauthorized"
  | "Forbidden"
  | "NotFound"
  | "MethodNotAllowed"
  | "NotAcceptable"
  | "AlreadyExists"
  | "Conflict"
  | "Gone"
  | "Expired"
  | "RequestEntityTooLarge"
  | "UnsupportedMediaType"
  | "Invalid"
  | "TooManyRequests"
  | "Timeout"
  | "Unavailable"
  | "Internal";

/** One field's problem, as `Status.details.causes` carries it. */
export interface FieldCause {
  /** Kubernetes' cause type: `FieldValueInvalid`, `FieldValueRequired`, `FieldValueNotSupported`, … */
  readonly reason: string;
  readonly message: string;
  /** Path of the field: `spec.workerGroupSpecs[0].replicas`. */
  readonly field: string;
}

export interface KubeErrorOptions {
  readonly cause?: unknown;
  readonly causes?: readonly FieldCause[];
  /** What the error is about, for `Status.details`. */
  readonly about?: {
    readonly group?: string;
    readonly kind?: string;
    readonly name?: string;
    readonly uid?: string;
  };
  /** How long the server asks the caller to wait. */
  readonly retryAfterSeconds?: number;
  /** With `Expired`: a token under which the list goes on, though no longer as one state. */
  readonly continueToken?: string;
}

/** The API said no. The only error that a `KubeClient` throws on purpose. */
export class KubeError extends Error {
  override readonly name = "KubeError";
  readonly reason: KubeReason;
  readonly options: KubeErrorOptions;

  constructor(reason: KubeReason, message: string, options: KubeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.options = options;
  }

  /** The HTTP status that Kubernetes sends with this reason. */
  get code(): number {
    return STATUS_CODE[this.reason];
  }
}

/** The HTTP status of each reason (Kubernetes API conventions). */
export const STATUS_CODE: Readonly<Record<KubeReason, number>> = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  Internal: 500,
  Unavailable: 503,
  Timeout: 504,
};

/** Whether `error` is a {@link KubeError} of one of these reasons. */
export function isKubeError(error: unknown, ...reasons: readonly KubeReason[]): error is KubeError {
  return error instanceof KubeError && (reasons.length === 0 || reasons.includes(error.reason));
}
