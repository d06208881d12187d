import { IdentityError } from "@heliostat/identity";
import { isKubeError, KubeError, type KubeReason } from "@heliostat/kube";
import { ApiError, type GrpcCode } from "../errors/api-error.ts";

/** An error as Kubernetes' API tells it. */
export interface KubeStatus {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: "Failure";
  readonly message: string;
  readonly reason: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly code: number;
}

export function kubeStatus(error: KubeError): KubeStatus {
  const { reason, message, code, options } = error;
  const { group, kind, name, uid } = options.about ?? {};
  const details = {
    ...(name !== undefined && { name }),
    ...(group !== undefined && { group }),
    ...(kind !== undefined && { kind }),
    ...(uid !== undefined && { uid }),
    ...(options.causes && { causes: options.causes }),
    ...(options.retryAfterSeconds !== undefined && { retryAfterSeconds: options.retryAfterSeconds }),
  };
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason: WORD_OF_REASON[reason] ?? reason,
    ...(Object.keys(details).length > 0 && { details }),
    code,
  };
}

/** Any error in Kubernetes' words; what is our own bug keeps its text. */
export function kubeErrorOf(error: unknown): KubeError {
  if (isKubeError(error)) return error;
  if (error instanceof ApiError) {
    const isOfType = error.options.httpStatus === 415;
    const reason = isOfType ? "UnsupportedMediaType" : (REASON_OF_CODE[error.code] ?? "Internal");
    return new KubeError(reason, error.message, { cause: error });
  }
  if (error instanceof IdentityError) {
    return new KubeError("Unavailable", "Cannot tell who calls: the identity provider does not answer", {
      cause: error,
    });
  }
  return new KubeError("Internal", "Internal Server Error: see the server's log for this request's id", {
    cause: error,
  });
}

/** Where Kubernetes' own word differs from ours. */
const WORD_OF_REASON: Partial<Readonly<Record<KubeReason, string>>> = {
  Unavailable: "ServiceUnavailable",
  Internal: "InternalError",
};

const REASON_OF_CODE: Partial<Readonly<Record<GrpcCode, KubeReason>>> = {
  Unauthenticated: "Unauthorized",
  PermissionDenied: "Forbidden",
  NotFound: "NotFound",
  InvalidArgument: "BadRequest",
  ResourceExhausted: "RequestEntityTooLarge",
  Unavailable: "Unavailable",
  DeadlineExceeded: "Timeout",
  Unimplemented: "MethodNotAllowed",
};
