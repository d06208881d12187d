/**
 * Run `work` for each item, at most `limit` at once, beginning in their order. After a rejection no further item is
 * begun, what runs is awaited, and the first rejection is thrown.
 */
export async function eachAtMost<Item>(
  limit: number,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  const errors: unknown[] = [];
  async function runLane(): Promise<void> {
    for (const item of rest) {
      if (errors.length > 0) return;
      await work(item).catch((error: unknown) => errors.push(error));
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, runLane));
  if (errors.length > 0) throw errors[0];
}
