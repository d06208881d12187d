import { isKubeError } from "@heliostat/kube";
import { SpecError } from "@heliostat/ray";
import { ApiError } from "./api-error.ts";
import { apiErrorOf } from "./status-of-error.ts";

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
  const { code } = apiErrorOf(error);
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
