import { ScalerError } from "../answers/answer.ts";
import type { Surface } from "../routes/route.ts";
import type { Wish } from "./access.ts";

/** Who asks in vain: without a name that anybody accepts, not allowed, or allowed to know that there is no such thing. */
export type Stranger = "nameless" | "stranger" | "administrator";

export interface InVain {
  readonly surface: Surface;
  readonly who: Stranger;
  readonly wish: Wish;
  /** The name as the caller wrote it. */
  readonly name: string;
  /** Whether the cluster is there, for the switch that tells it. */
  readonly isThere: boolean;
  readonly tellsApart: boolean;
}

/**
 * What is said to whoever may not: "not yours" and "not there" are one answer, so that names cannot be found out. An
 * administrator is told the truth.
 *
 * With `tellsApart` old routes answer as the first scaler did: 500 for a missing cluster, 403 for one of somebody else.
 */
export function answerInVain(asked: InVain): ScalerError {
  const { surface, who, name } = asked;
  if (surface === "v1") return who === "nameless" ? unauthenticated() : notFound(name);
  if (who === "nameless") return unauthorized(asked);
  if (asked.tellsApart) return asked.isThere ? unauthorized(asked) : failed(asked);
  if (who === "administrator" || surface === "client") return notFound(name);
  return unauthorized(asked);
}

export function unauthenticated(): ScalerError {
  const message = "Send Authorization: Bearer <token> or X-Domino-Api-Key: <key>";
  return new ScalerError("unauthenticated", message, { status: 401 });
}

function notFound(name: string): ScalerError {
  return new ScalerError("not_found", `Cluster ${name} not found`, { status: 404 });
}

function unauthorized({ wish, name }: InVain): ScalerError {
  const verb = wish === "get" ? "access" : "update";
  return new ScalerError("unauthorized", `Not authorized to ${verb} cluster ${name}`, { status: 403 });
}

function failed({ wish, name }: InVain): ScalerError {
  const [code, verb] =
    wish === "get" ? (["get_failed", "fetch"] as const) : (["scale_failed", "scale"] as const);
  return new ScalerError(code, `Failed to ${verb} cluster ${name}`, {
    status: 500,
    extra: { details: "NotFound" },
  });
}
