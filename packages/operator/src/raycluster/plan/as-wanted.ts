import type { Json, KubeObject } from "@heliostat/kube";

/** Lists whose elements have owners of their own: what others add to them is theirs (Kubernetes: list type `map`). */
const SHARED_LISTS: Readonly<Record<string, readonly string[]>> = {
  "": ["ownerReferences"],
  Service: ["ownerReferences", "ports"],
};

/**
 * Whether everything that `wanted` says is so in `live`. What `live` says besides (defaults, addresses, the fields of
 * others) does not matter. Lists have to have the same elements in the same order, but for those that are shared.
 */
export function isAsWanted(live: KubeObject, wanted: object): boolean {
  const shared = SHARED_LISTS[live.kind] ?? SHARED_LISTS[""] ?? [];
  return covers(live as unknown as Json, JSON.parse(JSON.stringify(wanted)) as Json, { field: "", shared });
}

interface Place {
  readonly field: string;
  readonly shared: readonly string[];
}

function covers(live: Json | undefined, wanted: Json, place: Place): boolean {
  if (Array.isArray(wanted)) return coversList(live, wanted, place);
  if (wanted === null || typeof wanted !== "object") return live === wanted;
  const members = Object.entries(wanted);
  if (live === undefined || live === null) return members.length === 0;
  if (typeof live !== "object" || Array.isArray(live)) return false;
  const there = live as Readonly<Record<string, Json>>;
  return members.every(([field, value]) => covers(there[field], value as Json, { ...place, field }));
}

function coversList(live: Json | undefined, wanted: readonly Json[], place: Place): boolean {
  if (!Array.isArray(live)) return (live === undefined || live === null) && wanted.length === 0;
  if (place.shared.includes(place.field)) {
    return wanted.every((each) => live.some((element: Json) => covers(element, each, place)));
  }
  return live.length === wanted.length && wanted.every((each, index) => covers(live[index], each, place));
}
