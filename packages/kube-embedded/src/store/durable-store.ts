/**
 * Where the objects of the API outlive the process: a map of texts by key.
 *
 * The API reads it once, at the start, and from then on only writes: reads, order and preconditions are its own
 * business, in memory. How much a fulfilled {@link DurableStore.commit} survives (the end of the process, or the loss
 * of power as well) is what a store was opened for.
 */
export interface DurableStore {
  /**
   * Open the store, or make it, and show each record that it holds, whole and checked. Called once, first.
   *
   * @throws Error when a record is damaged: nothing is then to be served
   */
  load(visit: (key: string, text: string) => void): Promise<void>;
  /**
   * Store all of `writes` or nothing; `undefined` removes a record. Never called while it is still at work.
   *
   * @throws Error when nothing of it is stored, with a message that a user understands
   */
  commit(writes: ReadonlyMap<string, string | undefined>): Promise<void>;
  /** Fulfilled once all that was committed survives the loss of power. */
  sync(): Promise<void>;
  /** What was committed is kept. Nothing may be asked of the store afterwards. */
  close(): Promise<void>;
}
