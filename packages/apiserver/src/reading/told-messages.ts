import type { Event, KubeObject } from "@heliostat/kube";

/**
 * Messages of objects that have not changed since they were last told. Objects of a cache are never changed but
 * replaced, so the object itself is the key; its events come and go without it. The same message again lets the
 * transport send the same bytes again.
 */
export class ToldMessages<T extends KubeObject, Message> {
  readonly #told = new WeakMap<T, Told<Message>>();
  readonly #tell: (object: T, events: readonly Event[]) => Message;

  constructor(tell: (object: T, events: readonly Event[]) => Message) {
    this.#tell = tell;
  }

  of(object: T, events: readonly Event[]): Message {
    const told = this.#told.get(object);
    if (told && isSame(told.events, events)) return told.message;
    const message = this.#tell(object, events);
    this.#told.set(object, { events, message });
    return message;
  }
}

interface Told<Message> {
  readonly events: readonly Event[];
  readonly message: Message;
}

function isSame(left: readonly Event[], right: readonly Event[]): boolean {
  return left.length === right.length && left.every((event, index) => event === right[index]);
}
