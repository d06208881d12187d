import type { KubeObject } from "@heliostat/kube";
import type { StoredEvent, StoredEvents, StoredObject } from "../../api/kube-api.ts";
import { JoinedLines } from "./joined-lines.ts";
import type { Rendering } from "./rendering.ts";

/** So many lines are kept for watchers that are a little behind the others. */
const KEPT = 128;
/** Longer ones are not put into bytes before a watcher asks: perhaps there is none. */
const LONGEST_SHARED = 64 * 1024;

/**
 * The lines of watch events as they go over the wire. What all watchers are told in the same words is put into bytes
 * once, however many they are, and whoever made the change is answered with the same bytes.
 */
export class EventLines {
  readonly #lines = new Map<KubeObject, Map<string, Buffer>>();
  readonly #joined = new JoinedLines();

  /** One line an event, in their order. */
  lines(events: StoredEvents, rendering: Rendering): Buffer {
    return this.#joined.join(events.map((event) => this.line(event, rendering)));
  }

  line(event: StoredEvent, rendering: Rendering): Buffer {
    const { sharedAs } = rendering;
    if (sharedAs === undefined || !("stored" in event)) return fresh(event, rendering);
    const lines = this.#linesOf(event.stored);
    const word = `${event.type} ${sharedAs}`;
    const line = lines.get(word) ?? fresh(event, rendering);
    lines.set(word, line);
    return line;
  }

  /** What the line of a change says of the object. */
  object(type: "ADDED" | "MODIFIED", stored: StoredObject, rendering: Rendering): Buffer {
    if (stored.json.length > LONGEST_SHARED) return Buffer.from(rendering.object(stored));
    const line = this.line({ type, stored }, rendering);
    return line.subarray(before(type).length, line.length - AFTER.length);
  }

  #linesOf({ object }: StoredObject): Map<string, Buffer> {
    const known = this.#lines.get(object);
    if (known !== undefined) return known;
    const lines = new Map<string, Buffer>();
    this.#lines.set(object, lines);
    const [oldest] = this.#lines.keys();
    if (this.#lines.size > KEPT && oldest !== undefined) this.#lines.delete(oldest);
    return lines;
  }
}

const AFTER = "}\n";

function before(type: StoredEvent["type"]): string {
  return `{"type":"${type}","object":`;
}

function fresh(event: StoredEvent, rendering: Rendering): Buffer {
  return Buffer.from(`${before(event.type)}${rendering.event(event)}${AFTER}`);
}
