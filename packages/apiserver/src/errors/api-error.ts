/** The codes of gRPC, as numbers on the wire. */
export const GRPC_CODE = {
  Ok: 0,
  Cancelled: 1,
  Unknown: 2,
  InvalidArgument: 3,
  DeadlineExceeded: 4,
  NotFound: 5,
  AlreadyExists: 6,
  PermissionDenied: 7,
  ResourceExhausted: 8,
  FailedPrecondition: 9,
  Aborted: 10,
  OutOfRange: 11,
  Unimplemented: 12,
  Internal: 13,
  Unavailable: 14,
  DataLoss: 15,
  Unauthenticated: 16,
} as const;

/** Why a call failed: a code of gRPC by name. */
export type GrpcCode = Exclude<keyof typeof GRPC_CODE, "Ok">;

export interface ApiErrorOptions {
  readonly cause?: unknown;
  /** Where HTTP has a better word than the code's own status. @default what grpc-gateway makes of the code */
  readonly httpStatus?: number;
}

/** A call that fails on purpose. What it says reaches the caller, word by word. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: GrpcCode;
  readonly options: ApiErrorOptions;

  constructor(code: GrpcCode, message: string, options: ApiErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.options = options;
  }
}
