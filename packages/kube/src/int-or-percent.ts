/** A number of things, or a share of all of them: `1`, `"25%"`. */
export type IntOrPercent = number | string;

/** Whether `value` is a share and not a number. */
export function isPercent(value: IntOrPercent): value is string {
  return typeof value === "string" && value.endsWith("%");
}

/**
 * How many of `total` are meant; a share is rounded `up` or `down` (Kubernetes: `GetScaledValueFromIntOrPercent`). What
 * is neither a number nor a share counts as none.
 */
export function resolvedCount(value: IntOrPercent, total: number, rounding: "up" | "down"): number {
  const amount = Number(isPercent(value) ? value.slice(0, -1) : value);
  if (!Number.isFinite(amount)) return 0;
  if (!isPercent(value)) return amount;
  return rounding === "up" ? Math.ceil((amount * total) / 100) : Math.floor((amount * total) / 100);
}
