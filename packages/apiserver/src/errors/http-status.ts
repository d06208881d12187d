import type { GrpcCode } from "./api-error.ts";

/** The HTTP status of each code of gRPC (grpc-gateway's table). */
export const HTTP_STATUS: Readonly<Record<GrpcCode, number>> = {
  Cancelled: 499,
  Unknown: 500,
  InvalidArgument: 400,
  DeadlineExceeded: 504,
  NotFound: 404,
  AlreadyExists: 409,
  PermissionDenied: 403,
  ResourceExhausted: 429,
  FailedPrecondition: 400,
  Aborted: 409,
  OutOfRange: 400,
  Unimplemented: 501,
  Internal: 500,
  Unavailable: 503,
  DataLoss: 500,
  Unauthenticated: 401,
};
