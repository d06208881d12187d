import { SCALE_MODES, type ScaleMode, type TierReference } from "@heliostat/engines";
import { ScalerError } from "../answers/answer.ts";

type Body = Readonly<Record<string, unknown>>;

/** One below what Kubernetes can store, so that a ceiling has one to spare. */
const REPLICAS_MAX = 2_147_483_646;

/**
 * A number of workers: a whole number, or a text that holds one. Fractions, truth values and numbers beyond Kubernetes'
 * are none.
 *
 * @throws ScalerError `bad_request` in the words that clients know
 */
export function replicasOf({ replicas }: Body): number {
  const isDigits = typeof replicas === "string" && /^[ \t]*[0-9]{1,10}[ \t]*$/.test(replicas);
  const number = typeof replicas === "number" ? replicas : isDigits ? Number(replicas) : Number.NaN;
  if (Number.isInteger(number) && number >= 0 && number <= REPLICAS_MAX) return number;
  throw badRequest("replicas must be a non-negative integer");
}

export function clusterNameOf({ cluster_name: name }: Body): string {
  if (typeof name === "string" && name.trim() !== "") return name;
  throw badRequest("cluster_name is required");
}

/** The worker group, where a cluster has several. */
export function groupOf({ group }: Body): { readonly group?: string } {
  if (group === undefined || group === null || group === "") return {};
  if (typeof group === "string") return { group };
  throw badRequest("group must be a string");
}

export function modeOf({ mode }: Body, otherwise: ScaleMode): ScaleMode {
  if (mode === undefined || mode === null) return otherwise;
  const known = SCALE_MODES.find((each) => each === mode);
  if (known) return known;
  throw badRequest(`mode must be one of ${SCALE_MODES.join(", ")}`);
}

export function flagOf(body: Body, field: string): boolean {
  const value = body[field];
  if (value === undefined || value === null) return false;
  if (typeof value === "boolean") return value;
  throw badRequest(`${field} must be true or false`);
}

/** A hardware tier under any key that clients have used for the role; empty texts are none. */
export function tierOf(body: Body, role: "worker" | "head"): TierReference | undefined {
  for (const [key, isId] of [
    [`${role}_hw_tier_name`, false],
    [`${role}_hw_tier`, false],
    [`${role}_hw_tier_id`, true],
  ] as const) {
    const text = body[key];
    if (text === undefined || text === null || text === "") continue;
    if (typeof text === "string") return { text, isId };
    throw new ScalerError("invalid_hw_tier", `Hardware tier not found: ${JSON.stringify(text)}`, {
      status: 400,
    });
  }
  return undefined;
}

/** @throws ScalerError for a member that the route does not know: a slip of the pen, or worse */
export function assertOnly(body: Body, known: readonly string[]): void {
  const surplus = Object.keys(body).find((key) => !known.includes(key));
  if (surplus !== undefined) throw badRequest(`unknown field "${surplus}"; known are ${known.join(", ")}`);
}

export function badRequest(message: string): ScalerError {
  return new ScalerError("bad_request", message, { status: 400 });
}
