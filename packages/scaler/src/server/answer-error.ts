import { IdentityError } from "@heliostat/identity";
import { isKubeError, type KubeError } from "@heliostat/kube";
import { type Answer, ScalerError } from "../answers/answer.ts";
import type { ErrorCode } from "../answers/error-codes.ts";
import type { OperationName, Route } from "../routes/route.ts";

/** What a failure means to whoever asked. Nothing of what others have said to us goes out but why Kubernetes refuses a change. */
export function answerError(error: unknown, route: Route | undefined): Answer {
  if (error instanceof ScalerError) return error.answer;
  if (error instanceof IdentityError)
    return refusal(
      502,
      "identity_unavailable",
      "Cannot say who calls: the identity provider does not answer",
    );
  if (isKubeError(error)) return answerKubeError(error, route);
  return ownError(error);
}

/** Codes and verbs that clients of the old routes know. */
const FAILURES: Partial<Record<OperationName, readonly [ErrorCode, string]>> = {
  list: ["list_failed", "Failed to list clusters"],
  listRay: ["list_failed", "Failed to list clusters"],
  get: ["get_failed", "Failed to fetch the cluster"],
  scale: ["scale_failed", "Failed to scale the cluster"],
  scaleNamed: ["scale_failed", "Failed to scale the cluster"],
  scaleView: ["scale_failed", "Failed to scale the cluster"],
  headTier: ["update_head_hw_tier_failed", "Failed to update the head's hardware tier"],
  headTierView: ["update_head_hw_tier_failed", "Failed to update the head's hardware tier"],
};

const RESTART_FAILED = ["restart_failed", "Failed to restart the head"] as const;

function answerKubeError(error: KubeError, route: Route | undefined): Answer {
  switch (error.reason) {
    case "Invalid":
    case "BadRequest":
      return refusal(422, "invalid", error.message);
    case "NotFound":
    case "Conflict":
    case "AlreadyExists":
      return refusal(409, "superseded", "Others changed the cluster at the same time; ask again");
    case "Forbidden":
    case "Unauthorized":
      return refusal(502, "kubernetes_forbidden", "Kubernetes does not let this service do that");
    default: {
      const [code, message] = (route && FAILURES[route.operation]) ?? RESTART_FAILED;
      const status = route?.surface === "v1" ? 503 : 500;
      return { status, body: { error: code, message, details: error.reason } };
    }
  }
}

/** What the web framework refuses by itself, by its status. */
const BY_STATUS: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  413: ["payload_too_large", "The body is longer than 64 KiB"],
  415: ["unsupported_media_type", "Send the body as Content-Type: application/json"],
};

function ownError(error: unknown): Answer {
  const { statusCode } = error as { readonly statusCode?: number };
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500)
    return refusal(500, "unexpected_error", "This is a defect of the service; its log says more");
  const [code, message] = BY_STATUS[statusCode] ?? (["bad_request", "The request cannot be read"] as const);
  return refusal(statusCode, code, message);
}

function refusal(status: number, error: ErrorCode, message: string): Answer {
  return { status, body: { error, message } };
}
