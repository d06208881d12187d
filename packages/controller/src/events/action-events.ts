import { isKubeError, keyOf, nameOf, type ObjectName } from "@heliostat/kube";
import type { Action } from "../plan.ts";
import type { EventWords } from "./event-recorder.ts";

/** An action that was carried out, and how that ended. */
export interface Attempt {
  readonly action: Action;
  readonly error: Error | undefined;
}

/**
 * The events that tell of some actions: one for all that have the same reason, kind and verb, however many they are. A
 * failure that only says "look again" is not told.
 */
export function eventsOf(attempts: readonly Attempt[]): readonly EventWords[] {
  const groups = new Map<string, Attempt[]>();
  for (const attempt of attempts) {
    const reason = reasonOf(attempt);
    if (!reason) continue;
    const { action } = attempt;
    const kind = [reason, action.event?.action, action.do, action.resource.kind].join(" ");
    const group = groups.get(kind);
    if (group) group.push(attempt);
    else groups.set(kind, [attempt]);
  }
  return [...groups.values()].map(eventOf);
}

/** The object that an action is about. */
export function targetOf(action: Action): ObjectName {
  return action.do === "create" ? nameOf(action.object) : action.target;
}

const PAST_TENSE = { create: "Created", apply: "Created", delete: "Deleted", patch: "Updated" } as const;
/** As many names as a note has room for. */
const MAX_NAMES = 10;

function reasonOf({ action: { event }, error }: Attempt): string | undefined {
  if (!error) return event?.onSuccess;
  return isSignToLookAgain(error) ? undefined : event?.onFailure;
}

function eventOf(attempts: readonly Attempt[]): EventWords {
  const [first] = attempts;
  if (!first) throw new Error("Cannot tell of no actions");
  return {
    type: first.error || first.action.event?.isWarning ? "Warning" : "Normal",
    reason: reasonOf(first) ?? "",
    action: first.action.event?.action ?? "",
    note: first.error
      ? `Cannot ${verbOf(first.action)} ${targetsOf(attempts)}: ${first.error.message}`
      : `${pastTense(first.action)} ${targetsOf(attempts)}: ${whysOf(attempts)}`,
    ...(attempts.length > 1 && { count: attempts.length }),
  };
}

function verbOf(action: Action): string {
  if (action.do !== "apply") return action.do;
  return action.isRepair ? "update" : "create";
}

function pastTense(action: Action): string {
  return action.do === "apply" && action.isRepair ? "Updated" : PAST_TENSE[action.do];
}

function targetsOf(attempts: readonly Attempt[]): string {
  const names = attempts.map(({ action }) => keyOf(targetOf(action)));
  const { kind, plural } = attempts[0]?.action.resource ?? { kind: "object", plural: "objects" };
  if (names.length === 1) return `${kind} ${names[0]}`;
  const shown = names.slice(0, MAX_NAMES).join(", ");
  const more = names.length > MAX_NAMES ? " and more" : "";
  return `${names.length} ${plural} (${shown}${more})`;
}

function whysOf(attempts: readonly Attempt[]): string {
  return [...new Set(attempts.map(({ action }) => action.why))].join("; ");
}

function isSignToLookAgain(error: Error): boolean {
  return isKubeError(error, "Conflict", "AlreadyExists", "NotFound");
}
