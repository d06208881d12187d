import type { Json } from "@heliostat/kube";
import { badRequest } from "./refusals.ts";

/** What there is to know of a body before anything is done with it. */
export interface Survey {
  /** All texts in it, the names of members among them. */
  readonly texts: number;
  readonly hasNulls: boolean;
}

/** Deeper than any kind goes, and shallow enough for everything that walks down an object by calling itself. */
const DEEPEST = 1_000;

/**
 * Look once at all of a body: where it is read, and where it becomes an object, one answer serves both.
 *
 * @throws KubeError `BadRequest` when values lie so deep in each other that walking them would exhaust the stack
 */
export function surveyed(value: Json): Survey {
  if (typeof value !== "object" || value === null) return surveyOf(value);
  const known = surveys.get(value);
  if (known !== undefined) return known;
  const survey = surveyOf(value);
  surveys.set(value, survey);
  return survey;
}

const surveys = new WeakMap<object, Survey>();

function surveyOf(value: Json): Survey {
  const survey = { texts: 0, hasNulls: false };
  look(value, DEEPEST, survey);
  return survey;
}

function look(value: Json, levels: number, survey: { texts: number; hasNulls: boolean }): void {
  if (typeof value === "string") survey.texts += 1;
  if (value === null) survey.hasNulls = true;
  if (typeof value !== "object" || value === null) return;
  if (levels === 0) throw badRequest(`the body of the request is nested more than ${DEEPEST} levels deep`);
  if (Array.isArray(value)) {
    for (const item of value) look(item, levels - 1, survey);
    return;
  }
  const members = value as { readonly [name: string]: Json };
  for (const name in members) {
    survey.texts += 1;
    look(members[name] as Json, levels - 1, survey);
  }
}
