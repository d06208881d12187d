import { ANNOTATION } from "../vocabulary.ts";
import type { ScaleTarget } from "./scale-target.ts";
import type { Annotations, Bounds } from "./scale-view.ts";

/** The ceilings that pins have put aside, by group: all that is kept of them. */
export function ceilingAnnotation(
  annotations: Annotations,
  group: string,
  { bounds }: ScaleTarget,
): Readonly<Record<string, string | undefined>> {
  if (!bounds) return {};
  const { [group]: _, ...others } = storedCeilings(annotations);
  const ceilings = bounds.ceiling > bounds.max ? { ...others, [group]: bounds.ceiling } : others;
  const text = Object.keys(ceilings).length === 0 ? undefined : JSON.stringify(ceilings);
  return { [ANNOTATION.ceiling]: text };
}

/** What {@link ANNOTATION.ceiling} holds; nothing when somebody has written nonsense into it. */
export function storedCeilings(annotations: Annotations): Readonly<Record<string, number>> {
  const ceilings = Object.create(null) as Record<string, number>;
  let value: unknown;
  try {
    value = JSON.parse(annotations[ANNOTATION.ceiling] ?? "{}");
  } catch {
    return ceilings;
  }
  for (const [group, ceiling] of Object.entries(value ?? {}))
    if (Number.isInteger(ceiling) && ceiling > 0) ceilings[group] = ceiling;
  return ceilings;
}

/** What stood above a group that is pinned. A stored ceiling under which no pin stands is a leftover, and counts nothing. */
export function ceilingBeforePin(
  ceiling: number | undefined,
  { min, max }: Pick<Bounds, "min" | "max">,
): Pick<Bounds, "ceilingBeforePin"> {
  const isPinned = ceiling !== undefined && max === min && ceiling > min;
  return isPinned ? { ceilingBeforePin: ceiling } : {};
}
