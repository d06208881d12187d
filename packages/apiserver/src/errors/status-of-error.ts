import { IdentityError } from "@heliostat/identity";
import { isKubeError, KubeError } from "@heliostat/kube";
import { RayError, type RayReason, SpecError } from "@heliostat/ray";
import { ApiError, type GrpcCode } from "./api-error.ts";
import { CODE_OF_REASON } from "./failures.ts";

/**
 * What a caller is told of an error: our own bugs as `Internal` without their text, all others in their words.
 *
 * KubeRay answers `Internal` and `Unknown` (500) where Kubernetes says Forbidden, AlreadyExists, Invalid; its clients
 * repeat a 500 three times. Here each reason has its own code.
 */
export function apiErrorOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof KubeError) {
    return new ApiError(CODE_OF_REASON[error.reason], error.message, { cause: error });
  }
  if (error instanceof RayError)
    return new ApiError(CODE_OF_RAY_REASON[error.reason], error.message, { cause: error });
  if (error instanceof SpecError) return new ApiError("InvalidArgument", error.message, { cause: error });
  if (error instanceof IdentityError) return identityUnavailable(error);
  return new ApiError("Internal", "Internal Server Error: see the server's log for this request's id", {
    cause: error,
  });
}

/** Whether an error is our own bug and not the caller's, nor a lack of something that we depend on. */
export function isBug(error: unknown): boolean {
  return apiErrorOf(error).code === "Internal" && !(error instanceof ApiError) && !isKubeError(error);
}

const CODE_OF_RAY_REASON: Readonly<Record<RayReason, GrpcCode>> = {
  Unavailable: "Unavailable",
  NotFound: "NotFound",
  AlreadyExists: "AlreadyExists",
  Invalid: "InvalidArgument",
  Unauthorized: "FailedPrecondition",
  Aborted: "Cancelled",
  Unexpected: "Unavailable",
};

/** What went wrong between us and who knows the callers is no caller's business. */
function identityUnavailable(error: IdentityError): ApiError {
  return new ApiError("Unavailable", "Cannot tell who calls: the identity provider does not answer", {
    cause: error,
  });
}
