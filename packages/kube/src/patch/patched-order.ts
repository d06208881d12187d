import type { Json } from "../object.ts";

export interface ListOrders {
  /** Keys in the order that the patch gives. */
  readonly patchOrder: readonly Json[];
  /** Keys in the order in which the object has them. */
  readonly liveOrder: readonly Json[];
  keyOf(item: Json): Json;
}

/**
 * The items of a merged list in Kubernetes' order: those that the patch names stand as the patch orders them, the
 * others keep their order among themselves and stay before what they stood before. What is new comes first.
 */
export function orderedAsPatched(items: readonly Json[], orders: ListOrders): readonly Json[] {
  const { keyOf } = orders;
  const patchRank = ranks(orders.patchOrder);
  const liveRank = ranks(orders.liveOrder);
  const named = items.filter((item) => patchRank.has(keyOf(item)));
  const others = items.filter((item) => !patchRank.has(keyOf(item)));
  const byRank = (rank: ReadonlyMap<Json, number>) => (left: Json, right: Json) =>
    (rank.get(keyOf(left)) ?? 0) - (rank.get(keyOf(right)) ?? 0);
  return interleaved(others.toSorted(byRank(liveRank)), named.toSorted(byRank(patchRank)), isBefore);

  function isBefore(left: Json, right: Json): boolean {
    const leftRank = liveRank.get(keyOf(left));
    const rightRank = liveRank.get(keyOf(right));
    return leftRank !== undefined && rightRank !== undefined && leftRank < rightRank;
  }
}

function interleaved(
  left: readonly Json[],
  right: readonly Json[],
  isBefore: (left: Json, right: Json) => boolean,
): readonly Json[] {
  const result: Json[] = [];
  let next = 0;
  for (const item of right) {
    for (; next < left.length && isBefore(left[next] ?? null, item); next += 1)
      result.push(left[next] ?? null);
    result.push(item);
  }
  return [...result, ...left.slice(next)];
}

function ranks(keys: readonly Json[]): ReadonlyMap<Json, number> {
  return new Map(keys.map((key, index) => [key, index]));
}
