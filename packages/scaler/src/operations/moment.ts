import { epochMsOf } from "@heliostat/kube";

const DAY = String.raw`\d{4}-\d{2}-\d{2}`;
const TIME = String.raw`\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?`;
/** A plus that nobody encoded arrives as a space. */
const OFFSET = String.raw`Z|z|[+ -]\d{2}:?\d{2}`;
const MOMENT = new RegExp(`^(${DAY})(?:[Tt ](${TIME})(${OFFSET})?)?$`);

/**
 * Milliseconds since 1970 of an ISO 8601 moment, in whole seconds as Kubernetes counts them. Without an offset it is
 * UTC, without a time midnight; `undefined` for anything else.
 */
export function momentMs(text: unknown): number | undefined {
  const match = typeof text === "string" ? MOMENT.exec(text) : undefined;
  if (!match) return undefined;
  const [, day, time = "00:00", offset = "Z"] = match;
  const zone = offset.toUpperCase() === "Z" ? "Z" : offset.replace(" ", "+").replace(/^(...):?/, "$1:");
  const epochMs = epochMsOf(`${day}T${time}${zone}`);
  return epochMs === undefined ? undefined : Math.floor(epochMs / 1000) * 1000;
}
