import type { Json } from "@heliostat/kube";
import { badRequest } from "./refusals.ts";

/** Deeper than any kind goes, and shallow enough for everything that walks down an object by calling itself. */
const DEEPEST = 1_000;

/** @throws KubeError `BadRequest` when values lie so deep in each other that walking them would exhaust the stack */
export function assertNotTooDeep(value: Json): void {
  if (typeof value !== "object" || value === null || measured.has(value)) return;
  if (isDeeper(value, DEEPEST))
    throw badRequest(`the body of the request is nested more than ${DEEPEST} levels deep`);
  measured.add(value);
}

/** Bodies that are shallow enough: each is asked about where it is read, and where it becomes an object. */
const measured = new WeakSet<object>();

function isDeeper(value: Json, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  for (const each of Object.values(value)) if (isDeeper(each as Json, levels - 1)) return true;
  return false;
}
