import { type FieldCause, KubeError, type KubeReason } from "@heliostat/kube";

/** Kubernetes' `metav1.Status`: the body of every error, and of what has nothing better to say. */
export interface KubeStatus {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: { readonly continue?: string };
  readonly status: "Success" | "Failure";
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code?: number;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Partial<FieldCause>[];
  readonly retryAfterSeconds?: number;
}

/** The Status of an error. What is no {@link KubeError} is our bug: the caller learns that it happened, not how. */
export function failureStatus(error: unknown): KubeStatus {
  const kubeError = error instanceof KubeError ? error : new KubeError("Internal", "Internal error occurred");
  const { about, causes, retryAfterSeconds, continueToken } = kubeError.options;
  const details: StatusDetails = {
    ...(about && withoutEmpty(about)),
    ...(causes && causes.length > 0 ? { causes } : {}),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
  return {
    ...STATUS,
    metadata: continueToken === undefined ? {} : { continue: continueToken },
    status: "Failure",
    message: kubeError.message,
    reason: reasonText(kubeError.reason),
    ...(Object.keys(details).length > 0 ? { details } : {}),
    code: kubeError.code,
  };
}

export function successStatus(details?: StatusDetails): KubeStatus {
  return { ...STATUS, status: "Success", ...(details ? { details } : {}) };
}

const STATUS = { kind: "Status", apiVersion: "v1", metadata: {} } as const;

/** The core group has no name, and what has no name is not said. */
function withoutEmpty(about: StatusDetails): StatusDetails {
  return Object.fromEntries(Object.entries(about).filter(([, value]) => value !== ""));
}

function reasonText(reason: KubeReason): string {
  if (reason === "Internal") return "InternalError";
  return reason === "Unavailable" ? "ServiceUnavailable" : reason;
}
