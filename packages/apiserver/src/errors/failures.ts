import { isKubeError, type KubeReason } from "@heliostat/kube";
import { SpecError } from "@heliostat/ray";
import { ApiError, type GrpcCode } from "./api-error.ts";

/*
 * The errors that KubeRay's API server answers with, in its words: `<sentence>: <prefixes>: <kind>: <sentence>`.
 * Clients print them and scripts look for them.
 */

/** A request that says too little or nonsense. @param prefix what KubeRay puts in front of the repetition */
export function invalidInput(sentence: string, prefix?: string): ApiError {
  const wrapped = prefix === undefined ? "" : `${prefix}: `;
  return new ApiError("InvalidArgument", `${sentence}: ${wrapped}Invalid input error: ${sentence}`);
}

/** Something that the request names is not there. */
export function notFound(sentence: string, cause?: unknown): ApiError {
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  return new ApiError("NotFound", `${sentence}: NotFoundError: ${sentence}${why}`, { cause });
}

/** A name that is taken. */
export function alreadyExists(sentence: string): ApiError {
  return new ApiError("AlreadyExists", `${sentence}: Already exist error: ${sentence}`);
}

/**
 * What Kubernetes said to a write, with the code that fits. KubeRay answers all of these with Internal, which its
 * clients then try again in vain.
 *
 * @param doing `Failed to create a cluster for (ns/name)`
 * @returns any other error as it is
 */
export function writeFailure(error: unknown, doing: string): unknown {
  if (!isKubeError(error)) return error;
  const code = CODE_OF_REASON[error.reason];
  const said = `${doing}: ${error.message}`;
  const text = code === "Internal" ? `Internal Server Error: InternalServerError: ${said}` : said;
  return new ApiError(code, text, { cause: error });
}

/**
 * What was wrong with a request that could not be turned into an object, in KubeRay's words.
 *
 * @param doing `Failed to create a Ray cluster`
 * @returns any other error as it is
 */
export function buildFailure(error: unknown, doing: string): unknown {
  const isOfInput =
    error instanceof SpecError || (error instanceof ApiError && error.code === "InvalidArgument");
  if (!isOfInput) return error;
  return new ApiError("InvalidArgument", `${doing}: InvalidInputError: ${doing}: ${error.message}`, {
    cause: error,
  });
}

/** The code of gRPC for each of Kubernetes' reasons. */
export const CODE_OF_REASON: Readonly<Record<KubeReason, GrpcCode>> = {
  BadRequest: "InvalidArgument",
  // It is this server whom Kubernetes does not know: nothing that the caller could send would help.
  Unauthorized: "Unavailable",
  Forbidden: "PermissionDenied",
  NotFound: "NotFound",
  MethodNotAllowed: "Unimplemented",
  NotAcceptable: "InvalidArgument",
  AlreadyExists: "AlreadyExists",
  Conflict: "Aborted",
  Gone: "OutOfRange",
  Expired: "OutOfRange",
  RequestEntityTooLarge: "ResourceExhausted",
  UnsupportedMediaType: "InvalidArgument",
  Invalid: "InvalidArgument",
  TooManyRequests: "ResourceExhausted",
  Timeout: "DeadlineExceeded",
  Unavailable: "Unavailable",
  Internal: "Internal",
};
