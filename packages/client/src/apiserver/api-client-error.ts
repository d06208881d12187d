/** Why the API server did not do what it was asked. */
export class ApiClientError extends Error {
  override readonly name = "ApiClientError";
  /** The HTTP status; 0 when nobody answered. */
  readonly status: number;
  /** The gRPC code: 3 for what is invalid, 5 for what is not there, 7 for what is not allowed; 14 when nobody answered. */
  readonly code: number;

  constructor(message: string, details: ApiClientErrorDetails) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.status = details.status;
    this.code = details.code;
  }
}

export interface ApiClientErrorDetails {
  readonly status: number;
  readonly code: number;
  readonly cause?: unknown;
}

/** gRPC's codes, as far as the client itself speaks of them. */
export const CODE = { unknown: 2, unavailable: 14 } as const;
