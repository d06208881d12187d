/** Why a scaler did not do what it was asked. */
export class ScalerError extends Error {
  override readonly name = "ScalerError";
  /** The HTTP status; 0 when nobody answered. */
  readonly status: number;
  /** The stable word for what is wrong: `not_scalable`, `unauthorized`, `Unreachable`; empty when the answer has none. */
  readonly code: string;
  /** The whole answer: JSON where it is JSON, else text. */
  readonly body: unknown;

  constructor(message: string, details: ScalerErrorDetails) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.status = details.status;
    this.code = details.code;
    this.body = details.body;
  }
}

export interface ScalerErrorDetails {
  readonly status: number;
  readonly code: string;
  readonly body?: unknown;
  readonly cause?: unknown;
}
