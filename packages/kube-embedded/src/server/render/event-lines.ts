import type { StoredEvent, StoredObject } from "../../api/kube-api.ts";
import type { Rendering } from "./rendering.ts";

/** So many lines are kept for watchers that are a little behind the others. */
const KEPT = 128;

/**
 * The lines of watch events as they go over the wire. What all watchers are told in the same words is put into bytes
 * once, however many they are.
 */
export class EventLines {
  readonly #lines = new Map<StoredObject, Map<string, Buffer>>();

  line(event: StoredEvent, rendering: Rendering): Buffer {
    const { sharedAs } = rendering;
    if (sharedAs === undefined || !("stored" in event)) return fresh(event, rendering);
    const { stored, type } = event;
    const known = this.#lines.get(stored) ?? this.#begun(stored);
    const word = `${type} ${sharedAs}`;
    const line = known.get(word) ?? fresh(event, rendering);
    known.set(word, line);
    return line;
  }

  #begun(stored: StoredObject): Map<string, Buffer> {
    const lines = new Map<string, Buffer>();
    this.#lines.set(stored, lines);
    if (this.#lines.size <= KEPT) return lines;
    const [oldest] = this.#lines.keys();
    if (oldest !== undefined) this.#lines.delete(oldest);
    return lines;
  }
}

function fresh(event: StoredEvent, rendering: Rendering): Buffer {
  return Buffer.from(`{"type":"${event.type}","object":${rendering.event(event)}}\n`);
}
