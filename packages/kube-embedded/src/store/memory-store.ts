import type { DurableStore } from "./durable-store.ts";

/** A store that outlives the API in front of it, and ends with the process: for tests, which start the API anew on it. */
export function memoryStore(): DurableStore {
  const records = new Map<string, string>();
  return {
    load: async (visit) => {
      for (const [key, text] of records) visit(key, text);
    },
    commit: async (writes) => {
      for (const [key, text] of writes) {
        if (text === undefined) records.delete(key);
        else records.set(key, text);
      }
    },
    sync: async () => {},
    close: async () => {},
  };
}
